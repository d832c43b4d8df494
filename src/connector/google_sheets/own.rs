//! The columns of ours in a tab: where they are, and which of their cells are ours to write.

use std::sync::LazyLock;

use crate::{
    catalogue, config,
    language::Language,
    port::{MESSAGE_MARK, RowStatus},
    read::normal,
};

/// The columns of ours, in this order: the status, the message, the name of the row.
pub(super) const COLUMNS: usize = 3;
const STATUS: usize = 0;
const MESSAGE: usize = 1;
const ID: usize = 2;

/// What stands, or is to stand, in the columns of ours.
pub(super) type Texts<T> = [T; COLUMNS];

/// The words of which we know that we wrote them, in whatever language.
static STATUS_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let entries = ["write-back-ok", "write-back-look", "write-back-waits"].map(catalogue::entry);
    let languages = [Language::English, Language::Russian];
    entries.iter().flat_map(|entry| languages.map(|language| entry.words(language).title.as_str())).collect()
});

/// How the names begin that we give to rows.
pub(super) const NAME_MARK: &str = "sb-";

/// The columns of ours in a tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Own {
    /// Their headers, of those that are wanted.
    pub(super) names: Texts<Option<String>>,
    /// Where they are, of those that are there.
    pub(super) places: Texts<Option<u16>>,
}

impl Own {
    /// Finds them by their headers.
    pub(super) fn find(names: &config::WriteBack, header: &[String]) -> Self {
        let names = [&names.status, &names.message, &names.id].map(Clone::clone);
        let place = |name: &Option<String>| {
            let name = normal(name.as_deref()?);
            header.iter().position(|text| normal(text) == name).map(|at| at as u16)
        };
        Self { places: names.each_ref().map(place), names }
    }

    /// Those that are there.
    pub(super) fn columns(&self) -> impl Iterator<Item = u16> + '_ {
        self.places.iter().flatten().copied()
    }

    /// The column of names of rows.
    pub(super) fn id_column(&self) -> Option<u16> {
        self.places[ID]
    }

    /// Whether one that is wanted isn't there.
    pub(super) fn lacks_one(&self) -> bool {
        self.names.iter().zip(&self.places).any(|(name, place)| name.is_some() && place.is_none())
    }

    /// Where all that are wanted are to be, or the name of one that has no room: those that came meanwhile by their
    /// headers, the others in what is free.
    pub(super) fn placed(
        &self,
        named: impl Fn(&str) -> Option<u16>,
        mut free: impl Iterator<Item = u16>,
    ) -> Result<Texts<Option<u16>>, &str> {
        let mut places = self.places;
        for (place, name) in places.iter_mut().zip(&self.names) {
            if let (None, Some(name)) = (*place, name) {
                *place = Some(named(name).or_else(|| free.next()).ok_or(name.as_str())?);
            }
        }
        Ok(places)
    }

    /// What a row is to say, where it is wanted; `id` names it, if it has no name yet.
    pub(super) fn said(
        &self,
        now: Texts<&str>,
        status: &RowStatus,
        id: impl FnOnce() -> String,
    ) -> Texts<Option<String>> {
        let wanted = |column: usize, text: &str| self.names[column].is_some().then(|| text.to_owned());
        let is_nameless = self.names[ID].is_some() && now[ID].is_empty();
        [wanted(STATUS, status.status), wanted(MESSAGE, &status.message), is_nameless.then(id)]
    }

    /// Whether a run before this one made the column of statuses, as far as it tells: all columns of ours are there,
    /// and it holds nothing but our words.
    pub(super) fn speaks_for_itself<'a>(&self, mut rows: impl Iterator<Item = Texts<&'a str>>) -> bool {
        !self.lacks_one() && rows.all(|now| now[STATUS].is_empty() || STATUS_WORDS.contains(&now[STATUS]))
    }
}

/// What becomes of a cell of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is as it is to be.
    Stands,
    /// It is to be written.
    Due,
    /// It holds somebody's own words.
    Kept,
}

/// What becomes of the cells of a row. A row that has a name keeps it, whoever gave it.
///
/// People say `ok`, too: a status is ours beside a message or a name of ours and, in a row that someone else named or
/// that gets no name, if the whole column `speaks` for itself.
pub(super) fn fates(now: Texts<&str>, said: Texts<Option<&str>>, speaks: bool) -> Texts<Fate> {
    let fate = |column: usize, is_ours: bool| match said[column] {
        None => Fate::Stands,
        Some(said) if said == now[column] => Fate::Stands,
        Some(_) if now[column].is_empty() || is_ours => Fate::Due,
        Some(_) => Fate::Kept,
    };
    let id = if now[ID].is_empty() { fate(ID, false) } else { Fate::Stands };
    let [status, message, _] = now;
    let is_message = message.starts_with(MESSAGE_MARK);
    let is_marked = is_message || now[ID].starts_with(NAME_MARK) || speaks && said[ID].is_none();
    [fate(STATUS, is_marked && STATUS_WORDS.contains(&status)), fate(MESSAGE, is_message), id]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; COLUMNS] = ["Status", "What to do", "sheetbridge_id"];

    fn names() -> config::WriteBack {
        let [status, message, id] = NAMES.map(|name| Some(name.to_owned()));
        config::WriteBack { status, message, id }
    }

    fn own(header: &[&str]) -> Own {
        Own::find(&names(), &header.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn columns_are_found_by_their_headers() {
        let check = |header: &[&str], expected| assert_eq!(own(header).places, expected, "{header:?}");
        check(&["Name", "Phone"], [None, None, None]);
        check(&["Name", "Status", "What to do", "sheetbridge_id"], [Some(1), Some(2), Some(3)]);
        check(&["SHEETBRIDGE_ID", "Name", " status ", "What  to\ndo"], [Some(2), Some(3), Some(0)]);
        check(&["Status", "Name", "Status"], [Some(0), None, None]);
        check(&["Status 2", "my sheetbridge_id"], [None, None, None]);
        let only = config::WriteBack { status: Some("Status".into()), ..config::WriteBack::default() };
        let only = Own::find(&only, &["What to do".into(), "Status".into()]);
        assert_eq!((only.places, only.lacks_one()), ([Some(1), None, None], false));
        assert!(own(&["Status", "What to do"]).lacks_one());
    }

    #[test]
    fn what_is_missing_goes_where_there_is_room() {
        let named = |header: &'static [&'static str]| {
            move |name: &str| header.iter().position(|text| normal(text) == normal(name)).map(|at| at as u16)
        };
        let free = |columns: &'static [u16]| columns.iter().copied();
        let none = own(&["Name"]);
        assert_eq!(none.placed(named(&[]), free(&[1, 2, 4])), Ok([Some(1), Some(2), Some(4)]));
        assert_eq!(none.placed(named(&[]), free(&[1, 2])), Err("sheetbridge_id"));
        // One of them came meanwhile, and another stands where it stood.
        let came = named(&["Name", "", "STATUS"]);
        assert_eq!(none.placed(came, free(&[1, 3])), Ok([Some(2), Some(1), Some(3)]));
        let some = own(&["What to do", "Name"]);
        assert_eq!(some.placed(named(&[]), free(&[2, 3])), Ok([Some(2), Some(0), Some(3)]));
    }

    #[track_caller]
    fn check(now: Texts<&str>, said: Texts<&str>, expected: Texts<Fate>) {
        assert_eq!(fates(now, said.map(Some), true), expected, "{now:?}");
    }

    #[test]
    fn nobodys_words_are_written_over() {
        use Fate::{Due, Kept, Stands};
        let ok = ["ok", "", "sb-1"];
        let waits = ["waits", "⚠ Phone: …", "sb-1"];
        // the first time, and again
        check(["", "", ""], ok, [Due, Stands, Due]);
        check(["", "", ""], waits, [Due, Due, Due]);
        check(["ok", "", "sb-0"], ok, [Stands, Stands, Stands]);
        check(["waits", "⚠ Phone: …", "sb-0"], waits, [Stands, Stands, Stands]);
        // ours, in whatever language and whatever the row said before
        check(["waits", "⚠ Phone: …", "sb-0"], ok, [Due, Due, Stands]);
        check(["в порядке", "", "sb-0"], waits, [Due, Due, Stands]);
        check(["проверьте", "⚠ Телефон: …", "sb-0"], waits, [Due, Due, Stands]);
        // somebody's, whatever stands beside
        check(["paid", "call her", "42"], waits, [Kept, Kept, Stands]);
        check(["", "call her", ""], ok, [Due, Kept, Due]);
        check(["ok", "call her", ""], ok, [Stands, Kept, Due]);
        check(["waits", "call her", ""], waits, [Stands, Kept, Due]);
        check(["ok", "⚠", "sb-0"], ok, [Stands, Kept, Stands]);
        check(["waits", "⚠\u{fe0f} VIP", "sb-0"], ok, [Due, Kept, Stands]);
        check(["waits", "⚠VIP", ""], ok, [Kept, Kept, Due]);
        check(["OK", "", ""], ok, [Kept, Stands, Due]);
        // not wanted
        assert_eq!(fates(["paid", "call her", "42"], [None; COLUMNS], true), [Stands; COLUMNS]);
    }

    #[test]
    fn a_word_of_ours_is_ours_where_a_run_wrote() {
        use Fate::{Due, Kept, Stands};
        let check = |now: Texts<&str>, gets_name: bool, speaks: bool, expected: Fate| {
            let said = [Some("ok"), Some(""), gets_name.then_some("sb-1")];
            assert_eq!(fates(now, said, speaks)[STATUS], expected, "{now:?} {gets_name} {speaks}");
        };
        for speaks in [false, true] {
            check(["waits", "", "sb-7"], false, speaks, Due);
            check(["ждёт", "⚠ Phone: …", ""], true, speaks, Due);
            check(["ждёт", "⚠ Phone: …", "A-7"], false, speaks, Due);
            check(["waits", "", ""], true, speaks, Kept);
            check(["waits", "call her", ""], true, speaks, Kept);
            check(["ok", "", ""], true, speaks, Stands);
        }
        check(["waits", "", "A-7"], false, false, Kept);
        check(["waits", "", "A-7"], false, true, Due);
        check(["waits", "", ""], false, false, Kept);
        check(["waits", "", ""], false, true, Due);

        let speaks = |own: &Own, statuses: &[&'static str]| {
            own.speaks_for_itself(statuses.iter().map(|status| [*status, "", ""]))
        };
        let all = own(&["Status", "What to do", "sheetbridge_id"]);
        assert!(speaks(&all, &["ok", "", "ждёт", "check"]));
        assert!(!speaks(&all, &["ok", "paid"]) && !speaks(&all, &["OK"]));
        assert!(!speaks(&own(&["Status"]), &["ok"]), "it is there before the others of ours");
    }
}
