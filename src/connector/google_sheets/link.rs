//! A link to a spreadsheet, as the browser shows it.

use url::Url;

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
    /// What it should have been.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "a link such as https://docs.google.com/spreadsheets/d/…/edit, as the browser shows it";
        let text = text.trim();
        if is_id(text) {
            return Ok(Self { id: text.to_owned(), tab: None });
        }
        let url = Url::parse(text).map_err(|_| EXPECTED.to_owned())?;
        let is_googles = url.host_str() == Some("docs.google.com");
        let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let id = parts.iter().position(|part| *part == "d").and_then(|at| parts.get(at + 1)).copied();
        match id {
            Some("e") => Err("the link of the address bar, not that of a published page (/d/e/…)".to_owned()),
            Some(id) if is_googles && parts[0] == "spreadsheets" && is_id(id) => {
                Ok(Self { id: id.to_owned(), tab: tab(&url) })
            }
            _ => Err(EXPECTED.to_owned()),
        }
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
        let other = format!(" https://docs.google.com/spreadsheets/u/1/d/{ID}/edit ");
        assert_eq!(Link::parse(&other), link(None));
        for text in [
            "",
            "clients",
            "https://docs.google.com/spreadsheets/d/e/2PACX-1vQabcdefghijklmnop/pubhtml",
            "https://docs.google.com/document/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit",
            "https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/view",
            "https://evil.example/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit",
            "https://docs.google.com/spreadsheets/",
        ] {
            assert!(Link::parse(text).is_err(), "{text}");
        }
    }
}
