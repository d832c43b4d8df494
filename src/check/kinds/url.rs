//! `url`: the address of a page on the web, as browsers read it: scheme, host in ASCII, the rest.

use url::{Host, Url};

use crate::{
    check::{
        kind::{FieldKind, How, Input, Out},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

pub(super) const KIND: FieldKind =
    FieldKind::plain("url", "the address of a page; `@nick` is taken for Telegram", parse);

const NOT_TEXT: Code = Code::new("url-not-text");
const UNREADABLE: Code = Code::new("url-unreadable");
const EMAIL: Code = Code::new("url-email");
const SCHEME: Code = Code::new("url-scheme");
const SEVERAL: Code = Code::new("url-several");
const LOOKALIKE: Code = Code::new("url-lookalike");
const NICK: Code = Code::new("url-nick");

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    let read = match inputs.first().map(|i| i.raw) {
        Some(Raw::Text(text)) if mess::is_placeholder(text) => return,
        Some(Raw::Text(text)) => read(text, out),
        Some(Raw::Number(_) | Raw::Date(_) | Raw::Bool(_)) => Err(NOT_TEXT),
        Some(Raw::Blank | Raw::Error(_)) | None => return,
    };
    match read {
        Ok(url) => out.value(&url),
        Err(code) => out.note(code),
    }
}

fn read(text: &str, out: &mut Out<'_>) -> Result<String, Code> {
    let text = text.trim_matches(['<', '>', '"', ',', ';', ' ']);
    if let Some(nick) = text.strip_prefix('@') {
        return telegram(nick, out);
    }
    if text.split([' ', '\n', ',', ';']).filter(|t| !t.is_empty()).filter(|t| t.contains('.')).count() > 1 {
        return Err(SEVERAL);
    }
    if text.contains(char::is_whitespace) {
        return Err(UNREADABLE);
    }
    let url = parsed(text)?;
    let path = if url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
        url.as_str().trim_end_matches('/')
    } else {
        url.as_str()
    };
    Ok(path.to_owned())
}

/// The only network whose people name themselves so and nothing else: its rule for nicks decides.
fn telegram(nick: &str, out: &mut Out<'_>) -> Result<String, Code> {
    let lawful = nick.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !lawful || !(5..=32).contains(&nick.len()) || !nick.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(UNREADABLE);
    }
    out.note(NICK);
    Ok(format!("https://t.me/{nick}"))
}

fn parsed(text: &str) -> Result<Url, Code> {
    let text = text.strip_prefix("//").unwrap_or(text);
    let url = match scheme(text) {
        Some("http" | "https") => Url::parse(text),
        Some(_) => return Err(SCHEME),
        None if text.contains('@') && !text.contains('/') => return Err(EMAIL),
        None => Url::parse(&format!("https://{text}")),
    };
    let url = url.map_err(|_| UNREADABLE)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UNREADABLE);
    }
    match url.host() {
        Some(Host::Domain(host)) => check_host(host)?,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) if scheme(text).is_some() => {}
        _ => return Err(UNREADABLE),
    }
    Ok(url)
}

/// What stands before a colon, in small letters, unless it is a host with a port.
fn scheme(text: &str) -> Option<&'static str> {
    let (before, after) = text.split_once(':')?;
    let port = after.split('/').next().unwrap_or_default();
    let known = ["http", "https"].into_iter().find(|known| before.eq_ignore_ascii_case(known));
    if before.contains(['.', '/', '?', '#']) || before.contains('.') && port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(known.unwrap_or("other"))
}

/// A host has a name under a top-level domain, and no label that mixes Latin with Cyrillic letters.
fn check_host(host: &str) -> Result<(), Code> {
    let (shown, errors) = idna::domain_to_unicode(host);
    if errors.is_err() {
        return Err(UNREADABLE);
    }
    let latin = |label: &str| label.contains(|c: char| c.is_ascii_alphabetic());
    let cyrillic = |label: &str| label.contains(|c| matches!(c, '\u{400}'..='\u{52f}'));
    if shown.split('.').any(|label| latin(label) && cyrillic(label)) {
        return Err(LOOKALIKE);
    }
    let host = host.trim_end_matches('.');
    let labels_fit = host.split('.').all(|l| !l.is_empty() && l.len() < 64 && !l.starts_with('-') && !l.ends_with('-'));
    let top = host.rsplit_once('.').map(|(_, top)| top).ok_or(UNREADABLE)?;
    let top_fits = top.len() >= 2 && (top.starts_with("xn--") || top.bytes().all(|b| b.is_ascii_alphabetic()));
    if labels_fit && top_fits { Ok(()) } else { Err(UNREADABLE) }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;
    use crate::check::testing::{TODAY, check};

    #[test]
    fn links_are_completed() {
        for (raw, expected) in [
            ("https://example.com", "https://example.com"),
            ("https://example.com/", "https://example.com"),
            ("HTTPS://Example.COM/Path", "https://example.com/Path"),
            ("http://example.com", "http://example.com"),
            ("example.com", "https://example.com"),
            ("www.example.com", "https://www.example.com"),
            ("example.com/a?b=c#d", "https://example.com/a?b=c#d"),
            ("example.com:8080/a", "https://example.com:8080/a"),
            ("https://example.com:443/a", "https://example.com/a"),
            ("//example.com/a", "https://example.com/a"),
            ("https:\\\\example.com\\a", "https://example.com/a"),
            ("http:/example.com", "http://example.com"),
            ("<https://example.com>", "https://example.com"),
            (" example.com, ", "https://example.com"),
            ("vk.com/id1", "https://vk.com/id1"),
            ("VK.com/Anna", "https://vk.com/Anna"),
            ("t.me/anna_p", "https://t.me/anna_p"),
            ("instagram.com/anna.p/", "https://instagram.com/anna.p/"),
            ("https://instagram.com/@anna", "https://instagram.com/@anna"),
            ("пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
            ("ПРИМЕР.РФ/Путь", "https://xn--e1afmkfd.xn--p1ai/%D0%9F%D1%83%D1%82%D1%8C"),
            ("müller.de", "https://xn--mller-kva.de"),
            ("http://192.0.2.1/a", "http://192.0.2.1/a"),
        ] {
            check(&KIND, Raw::Text(raw), &[expected], &[]);
            check(&KIND, Raw::Text(expected), &[expected], &[]);
        }
        check(&KIND, Raw::Text("@anna_petrova"), &["https://t.me/anna_petrova"], &["url-nick"]);
    }

    #[test]
    fn what_is_no_link() {
        for (raw, code) in [
            ("сайт", "url-unreadable"),
            ("example", "url-unreadable"),
            ("localhost", "url-unreadable"),
            ("192.0.2.1", "url-unreadable"),
            ("example.1", "url-unreadable"),
            ("http://", "url-unreadable"),
            ("наш сайт", "url-unreadable"),
            ("https://anna:secret@example.com", "url-unreadable"),
            ("-example-.com", "url-unreadable"),
            ("@a.b", "url-unreadable"),
            ("@ann", "url-unreadable"),
            ("anna@example.com", "url-email"),
            ("vk.com/a, t.me/b", "url-several"),
            ("vk.com/a\nt.me/b", "url-several"),
            ("javascript:alert(1)", "url-scheme"),
            ("data:text/html,x", "url-scheme"),
            ("file:///etc/passwd", "url-scheme"),
            ("ftp://example.com", "url-scheme"),
            ("mailto:anna@example.com", "url-scheme"),
            ("htttps://example.com", "url-scheme"),
            ("ехаmple.com", "url-lookalike"),
        ] {
            check(&KIND, Raw::Text(raw), &[], &[code]);
        }
        for raw in ["-", "нет", "n/a"] {
            check(&KIND, Raw::Text(raw), &[], &[]);
        }
        for raw in [Raw::Number(1.0), Raw::Date(45292.0), Raw::Bool(true)] {
            check(&KIND, raw, &[], &["url-not-text"]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            rng_seed: RngSeed::Fixed(17),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_canonical_link_stays_as_it_is(text in "(https?:/?/?|@|//)?([a-zа-я\\\\.]{1,4}\\.(com|рф|ru)|\\PC{0,6})([/?#:%@]{0,3}\\PC{0,6})") {
            let read = |text: &str| {
                let (mut out, mut notes) = (String::new(), Vec::new());
                let inputs = [Input { part: None, raw: Raw::Text(text) }];
                let mut into = Out { text: &mut out, mark: None, values: 0, notes: &mut notes };
                parse(&inputs, &How::new(TODAY), &mut into);
                out
            };
            let once = read(&text);
            prop_assert!(once.is_empty() || once.starts_with("http"));
            if !once.is_empty() {
                prop_assert_eq!(read(&once), once, "{}", text);
            }
        }
    }
}
