//! Which tabs of a spreadsheet are meant. A tab is known by its id once it was seen, so that renaming it changes
//! nothing; a title that now is on another tab stops everything.

use super::super::titles::{is_pattern, meant};
use crate::{
    finding::Code,
    port::Unread,
    sheet::{SeenTab, TabId},
};

pub(super) const NO_TAB: Code = Code::new("google-no-tab");
const TAB_PATTERN: Code = Code::new("google-tab-pattern");
const AMBIGUOUS: Code = Code::new("google-tab-ambiguous");
const RENAMED: Code = Code::new("google-tab-renamed");
const HIDDEN: Code = Code::new("google-hidden-tab");

/// A tab of the spreadsheet, as far as choosing it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) hidden: bool,
}

/// What the config asks for.
pub(super) struct Asked<'a> {
    /// The spreadsheet in words.
    pub(super) book: &'a str,
    /// Titles and patterns; `None` asks for the one tab of the link.
    pub(super) names: Option<&'a [String]>,
    /// The tab's id in the link.
    pub(super) link: Option<&'a str>,
    /// The tabs of earlier runs.
    pub(super) before: &'a [SeenTab],
}

/// The chosen tabs by their places among the candidates, in the order of the spreadsheet, with what to say of them.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) tabs: Vec<(usize, TabId)>,
    pub(super) notes: Vec<(Code, String)>,
}

impl Asked<'_> {
    /// Chooses among all tabs of the spreadsheet that hold cells.
    pub(super) fn choose(&self, tabs: &[Candidate]) -> Result<Chosen, Unread> {
        let mut chosen = Chosen::default();
        match self.names {
            None => chosen.add(tabs, self.of_link(tabs)?, &self.link_word()),
            Some(names) => {
                for name in names {
                    for place in self.named(name, tabs, &mut chosen.notes)? {
                        chosen.add(tabs, place, name);
                    }
                }
            }
        }
        chosen.tabs.sort_by_key(|(place, _)| *place);
        Ok(chosen)
    }

    /// As what the tab of the link is asked for.
    pub(super) fn link_word(&self) -> String {
        self.link.map(|id| format!("gid={id}")).unwrap_or_default()
    }

    /// The tab of the link, or else the one that was read before, or else the first that people see.
    fn of_link(&self, tabs: &[Candidate]) -> Result<usize, Unread> {
        if let Some(id) = self.link {
            return tabs.iter().position(|t| t.id == id).ok_or_else(|| self.no_tab(&self.link_word(), tabs));
        }
        let before = self.before.iter().find(|seen| seen.id.asked.is_empty());
        let known = before.and_then(|seen| tabs.iter().position(|t| t.id == seen.id.id));
        known.or_else(|| tabs.iter().position(|t| !t.hidden)).ok_or_else(|| self.no_tab("", tabs))
    }

    fn named(&self, name: &str, tabs: &[Candidate], notes: &mut Vec<(Code, String)>) -> Result<Vec<usize>, Unread> {
        let known = self.before.iter().filter(|seen| seen.id.asked == *name);
        let mut known: Vec<usize> = known.filter_map(|seen| tabs.iter().position(|t| t.id == seen.id.id)).collect();
        let unfit = |e: glob::PatternError| Unread::new(TAB_PATTERN, format!("{}: `{name}`: {}", self.book, e.msg));
        let titled = meant(name, tabs.iter().map(|t| t.title.as_str())).map_err(unfit)?;
        let renamed: Vec<usize> = known.iter().copied().filter(|k| !titled.contains(k)).collect();
        if !is_pattern(name) && !renamed.is_empty() && !titled.is_empty() {
            let titles = format!("`{name}` → `{}`", tabs[renamed[0]].title);
            return Err(Unread::new(AMBIGUOUS, format!("{}: {titles}", self.book)));
        }
        let said = renamed.iter().map(|place| format!("{}: `{name}` → `{}`", self.book, tabs[*place].title));
        notes.extend(said.map(|hint| (RENAMED, hint)));
        known.extend(titled);
        known.sort_unstable();
        known.dedup();
        match known.is_empty() {
            false => Ok(known),
            true if is_pattern(name) => Err(Unread::new(TAB_PATTERN, format!("{}: `{name}`", self.book))),
            true => Err(self.no_tab(name, tabs)),
        }
    }

    fn no_tab(&self, name: &str, tabs: &[Candidate]) -> Unread {
        let there: Vec<String> = tabs.iter().map(|t| format!("`{}`", t.title)).collect();
        Unread::new(NO_TAB, format!("{}: `{name}` ({})", self.book, there.join(", ")))
    }
}

impl Chosen {
    /// Whether one of them has another title than it is asked for by.
    pub(super) fn is_renamed(&self) -> bool {
        self.notes.iter().any(|(code, _)| *code == RENAMED)
    }

    fn add(&mut self, tabs: &[Candidate], place: usize, asked: &str) {
        if self.tabs.iter().any(|(p, _)| *p == place) {
            return;
        }
        let tab = &tabs[place];
        if tab.hidden {
            self.notes.push((HIDDEN, tab.title.clone()));
        }
        self.tabs.push((place, TabId { asked: asked.to_owned(), id: tab.id.clone() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(list: &[(&str, &str)]) -> Vec<Candidate> {
        let tab = |(id, title): &(&str, &str)| Candidate {
            id: (*id).to_owned(),
            title: title.trim_start_matches('~').to_owned(),
            hidden: title.starts_with('~'),
        };
        list.iter().map(tab).collect()
    }

    /// The ids of the chosen tabs and the codes of what is said of them, or why nothing is chosen.
    fn chosen(
        names: Option<&[&str]>,
        link: Option<&str>,
        before: &[(&str, &str)],
        there: &[(&str, &str)],
    ) -> Result<String, &'static str> {
        let names: Option<Vec<String>> = names.map(|n| n.iter().map(|n| (*n).to_owned()).collect());
        let seen = |(asked, id): &(&str, &str)| SeenTab {
            id: TabId { asked: (*asked).to_owned(), id: (*id).to_owned() },
            title: String::new(),
            rows: 1,
            header: 1,
        };
        let before: Vec<SeenTab> = before.iter().map(seen).collect();
        let asked = Asked { book: "book", names: names.as_deref(), link, before: &before };
        let chosen = asked.choose(&tabs(there)).map_err(|unread| unread.code.name())?;
        let ids = chosen.tabs.iter().map(|(_, id)| id.id.as_str());
        Ok(ids.chain(chosen.notes.iter().map(|(code, _)| code.name())).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn tabs_are_known_by_their_ids_once_seen() {
        let ok = |text: &str| Ok(text.to_owned());
        let there: &[(&str, &str)] = &[("0", "Clients"), ("7", "2025"), ("8", "2026"), ("9", "~Notes")];
        // by title, by pattern, by link, by nothing
        assert_eq!(chosen(Some(&["clients "]), None, &[], there), ok("0"));
        assert_eq!(chosen(Some(&["2026", "2025", "20*"]), None, &[], there), ok("7 8"));
        assert_eq!(chosen(Some(&["*"]), None, &[], there), ok("0 7 8 9 google-hidden-tab"));
        assert_eq!(chosen(Some(&["МЕСЯЦ *"]), None, &[], &[("3", "Месяц 1"), ("4", "месяц 2")]), ok("3 4"));
        assert_eq!(chosen(None, Some("8"), &[], there), ok("8"));
        assert_eq!(chosen(None, None, &[], there), ok("0"));
        assert_eq!(chosen(None, None, &[], &[("9", "~Notes"), ("1", "A")]), ok("1"));
        // renamed since
        assert_eq!(chosen(Some(&["Clients"]), None, &[("Clients", "7")], there), Err("google-tab-ambiguous"));
        assert_eq!(chosen(Some(&["People"]), None, &[("People", "0")], there), ok("0 google-tab-renamed"));
        assert_eq!(chosen(Some(&["20*"]), None, &[("20*", "0"), ("20*", "7")], there), ok("0 7 8 google-tab-renamed"));
        assert_eq!(chosen(None, None, &[("", "8")], there), ok("8"));
        // gone, and another in its place
        assert_eq!(chosen(Some(&["Clients"]), None, &[("Clients", "5")], there), ok("0"));
        for (names, link, code) in [
            (Some(&["People"][..]), None, "google-no-tab"),
            (Some(&["1*"][..]), None, "google-tab-pattern"),
            (Some(&["[1"][..]), None, "google-tab-pattern"),
            (None, Some("5"), "google-no-tab"),
        ] {
            assert_eq!(chosen(names, link, &[], there), Err(code), "{names:?}");
        }
    }
}
