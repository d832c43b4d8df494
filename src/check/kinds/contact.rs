//! Whether a cell holds nothing but contacts, where something else belongs.

/// Whether the text is one or several e-mails, phones, links or nicknames, and nothing besides.
pub(super) fn is_contact(text: &str) -> bool {
    let mut tokens = text.split([' ', '\n', ',', ';']).filter(|t| !t.is_empty()).peekable();
    is_phone(text) || tokens.peek().is_some() && tokens.all(|t| is_mail(t) || is_link(t))
}

/// Seven digits or more, and no letter.
fn is_phone(text: &str) -> bool {
    if text.contains(char::is_alphabetic) {
        return false;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let group = |t: &str| t.chars().filter(char::is_ascii_digit).count() == 6;
    // a postcode beside a house number has seven as well
    let postcode = !text.starts_with('+') && text.split([' ', ',']).next().is_some_and(group) && digits < 10;
    digits >= 7 && !postcode
}

fn is_mail(token: &str) -> bool {
    token.contains('@')
}

/// With a scheme, or a host with a path behind it: `vk.com/anna`.
fn is_link(token: &str) -> bool {
    if !token.contains(['.', ':']) {
        return false;
    }
    let host = token.split('/').next().unwrap_or_default();
    let dotted = host
        .rsplit_once('.')
        .is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic()));
    let ascii = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    token.contains("://") || token.starts_with("www.") || dotted && ascii && token.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_told_from_other_texts() {
        for text in [
            "anna@example.com",
            "a@example.com, b@example.com",
            "@anna_p",
            "+7 (916) 123-45-67",
            "123-45-67",
            "https://example.com",
            "www.example.com",
            "vk.com/anna",
        ] {
            assert!(is_contact(text), "{text}");
        }
        for text in ["", "-", "Ромашка", "101000", "101000, 12-5", "ул. Ленина, д. 5/2", "Acme.com", "12/34", "A/B"]
        {
            assert!(!is_contact(text), "{text}");
        }
    }
}
