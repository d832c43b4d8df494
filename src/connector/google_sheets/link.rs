//! A link to a spreadsheet, as the browser shows it.

use std::fmt;

use url::Url;

use crate::finding::Code;

pub(super) const NO_LINK: Code = Code::new("google-no-link");
pub(super) const PUBLISHED: Code = Code::new("google-published-link");

/// The shortest id that Google has given a spreadsheet has 44 characters; older ones were shorter.
const ID_MIN: usize = 20;

/// A spreadsheet, and the tab that its link shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Link {
    /// The spreadsheet's id.
    pub(super) id: String,
    /// The id of the tab, where the link has one.
    pub(super) tab: Option<String>,
}

impl Link {
    /// Reads a link such as `https://docs.google.com/spreadsheets/d/1AbC…/edit?gid=0#gid=0`, or an id alone.
    ///
    /// # Errors
    /// The code of what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        if is_id(text) {
            return Ok(Self { id: text.to_owned(), tab: None });
        }
        // As some browsers show it.
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&whole).map_err(|_| NO_LINK)?;
        let is_googles = url.host_str() == Some("docs.google.com");
        let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        // Before that a domain of Workspace or the number of an account may stand.
        let at = parts.iter().position(|part| *part == "d").filter(|at| parts[..*at].contains(&"spreadsheets"));
        let id = at.and_then(|at| parts.get(at + 1)).copied();
        match id {
            Some("e") if is_googles => Err(PUBLISHED),
            Some(id) if is_googles && is_id(id) => Ok(Self { id: id.to_owned(), tab: tab(&url) }),
            _ => Err(NO_LINK),
        }
    }
}

impl fmt::Display for Link {
    /// Its one form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://docs.google.com/spreadsheets/d/{}/edit", self.id)?;
        self.tab.iter().try_for_each(|tab| write!(f, "#gid={tab}"))
    }
}

fn is_id(text: &str) -> bool {
    text.len() >= ID_MIN && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// `gid=…`, behind `#` or `?`.
fn tab(url: &Url) -> Option<String> {
    let mut settings = url.fragment().into_iter().chain(url.query()).flat_map(|part| part.split('&'));
    let gid = settings.find_map(|setting| setting.strip_prefix("gid="))?;
    gid.bytes().all(|b| b.is_ascii_digit()).then(|| gid.to_owned()).filter(|gid| !gid.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_browsers_show_them() {
        const ID: &str = "1AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789_abcdef";
        let link = |tab: Option<&str>| Ok(Link { id: ID.to_owned(), tab: tab.map(str::to_owned) });
        for (rest, expected) in [
            ("/edit?gid=0#gid=0", link(Some("0"))),
            ("/edit#gid=1234", link(Some("1234"))),
            ("/edit?gid=77", link(Some("77"))),
            ("/edit?usp=sharing", link(None)),
            ("/edit#gid=", link(None)),
            ("/edit#gid=x1", link(None)),
            ("", link(None)),
            ("/copy", link(None)),
        ] {
            let text = format!("https://docs.google.com/spreadsheets/d/{ID}{rest}");
            assert_eq!(Link::parse(&text), expected, "{text}");
        }
        assert_eq!(Link::parse(ID), link(None));
        for other in [
            "https://docs.google.com/spreadsheets/u/1",
            "https://docs.google.com/a/shop.example/spreadsheets",
            " http://docs.google.com/spreadsheets",
            "docs.google.com/spreadsheets",
        ] {
            assert_eq!(Link::parse(&format!("{other}/d/{ID}/edit ")), link(None), "{other}");
        }
        let form = |text: &str| Link::parse(text).map(|link| link.to_string());
        let one = format!("https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7");
        assert_eq!(
            form(&format!("docs.google.com/spreadsheets/u/0/d/{ID}/edit?gid=7&usp=sharing#gid=7")),
            Ok(one.clone())
        );
        assert_eq!(form(&one), Ok(one));
        let published = "https://docs.google.com/spreadsheets/d/e/2PACX-1vQabcdefghijklmnop/pubhtml";
        assert_eq!(Link::parse(published), Err(PUBLISHED));
        for text in [
            "",
            "clients",
            "clients.xlsx",
            "https://docs.google.com/document/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit",
            "https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/view",
            "https://evil.example/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit",
            "https://docs.google.com/spreadsheets/",
        ] {
            assert_eq!(Link::parse(text), Err(NO_LINK), "{text}");
        }
    }
}
