//! How the cells of a column read, kind by kind: the parsers of the kinds themselves say so.

use rlibphonenumber::Region;

use crate::{
    check::{
        kind::{DateOrder, FieldKind, Guess, How, Input},
        kinds::{
            self,
            yes_no::{Answer, said},
        },
        mess, read_cell,
    },
    day::Day,
    name::PART_MARK,
    record::{State, values},
    sheet::Raw,
};

/// How many cells of a sample say something, and how many of those read well.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Share {
    /// Cells that read well.
    pub read: usize,
    /// Cells that say something.
    pub filled: usize,
}

impl Share {
    /// Whether at least so many of a hundred read well, and one does.
    pub(super) fn is(self, percent: usize) -> bool {
        self.read > 0 && self.read * 100 >= self.filled * percent
    }
}

/// How cells are read where nothing is known.
pub(super) fn plain() -> How {
    How::new(Day::FOREVER)
}

/// What the cells of a kind read as; `None` for one that doesn't, nothing for one that says nothing.
fn each<'a>(
    kind: &'static FieldKind,
    part: Option<usize>,
    how: &'a How,
    cells: &'a [Raw<'a>],
) -> impl Iterator<Item = Option<String>> + 'a {
    cells.iter().filter_map(move |raw| {
        let (mut text, mut notes) = (String::new(), Vec::new());
        let cell = read_cell(kind, &[(0, Input { part, raw: *raw })], how, &mut text, &mut notes);
        match cell.state() {
            State::Blank => None,
            State::Value => Some(Some(text)),
            State::Bad => Some(None),
        }
    })
}

/// How the cells read as a kind, or as one of its parts.
pub(super) fn share(kind: &str, part: Option<&str>, how: &How, cells: &[Raw<'_>]) -> Share {
    let Some(kind) = kinds::find(kind) else { return Share::default() };
    let part = part.and_then(|part| kind.parts.iter().position(|p| *p == part));
    each(kind, part, how, cells).fold(Share::default(), |share, value| Share {
        read: share.read + usize::from(value.is_some()),
        filled: share.filled + 1,
    })
}

/// How many cells are answers to a question of yes or no.
pub(super) fn answers(cells: &[Raw<'_>]) -> Share {
    cells.iter().map(|raw| said(*raw)).filter(|answer| *answer != Answer::Blank).fold(
        Share::default(),
        |share, answer| Share { read: share.read + usize::from(answer != Answer::Unclear), filled: share.filled + 1 },
    )
}

/// How many cells are whole names, of which the family name and another are told apart.
pub(super) fn whole_names(cells: &[Raw<'_>]) -> Share {
    let Some(kind) = kinds::find("person_name") else { return Share::default() };
    let is_whole = |name: &String| {
        let parts: Vec<&str> = name.split(PART_MARK).collect();
        parts.len() == 3 && !parts[0].is_empty() && !parts[1].is_empty()
    };
    each(kind, None, &plain(), cells).fold(Share::default(), |share, name| Share {
        read: share.read + usize::from(name.as_ref().is_some_and(is_whole)),
        filled: share.filled + 1,
    })
}

/// How many cells name a firm with its legal form.
pub(super) fn firms(cells: &[Raw<'_>]) -> Share {
    const FORMS: [&str; 22] = [
        "ооо", "оао", "зао", "пао", "ао", "тоо", "нко", "ано", "гуп", "муп", "мбоу", "llc", "ltd", "inc", "corp",
        "plc", "gmbh", "limited", "co", "llp", "oy", "sarl",
    ];
    let is_firm = |text: &str| {
        let text = mess::clean(text).to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| FORMS.contains(&word))
    };
    let texts = cells.iter().filter_map(|raw| if let Raw::Text(text) = raw { Some(*text) } else { None });
    texts.fold(Share::default(), |share, text| Share {
        read: share.read + usize::from(is_firm(text)),
        filled: share.filled + 1,
    })
}

/// The only order in which all dates of the column can be read; `None` where no date tells.
pub(super) fn order(cells: &[Raw<'_>]) -> Option<&'static str> {
    let guess = kinds::date().infer.as_ref()?.guess;
    match guess(&mut cells.iter().copied()) {
        Guess::Value(order) => Some(order),
        Guess::Nothing | Guess::Contradiction => None,
    }
}

/// Dates read as the config will have them read.
pub(super) fn dates(order: Option<&str>, is_birth: bool, russian: bool, cells: &[Raw<'_>]) -> Share {
    let order = match order {
        Some("dmy") => DateOrder::Dmy,
        Some("mdy") => DateOrder::Mdy,
        Some("ymd") => DateOrder::Ymd,
        _ if russian => DateOrder::Dmy,
        _ => DateOrder::Unknown,
    };
    // The birth date of nobody is in the future, but which day it is isn't known here.
    share("date", None, &How { order, birth: is_birth, ..plain() }, cells)
}

/// The country whose numbers stand without + and code: that of most numbers that do have them, or the one that
/// the language or the order of dates speaks of, if it makes more numbers readable.
pub(super) fn region(cells: &[Raw<'_>], russian: bool, american: bool) -> Option<&'static str> {
    /// Codes that belong to one country, or mostly to one.
    const CODES: [(&str, &str); 12] = [
        ("+375", "BY"),
        ("+380", "UA"),
        ("+998", "UZ"),
        ("+44", "GB"),
        ("+49", "DE"),
        ("+33", "FR"),
        ("+34", "ES"),
        ("+39", "IT"),
        ("+48", "PL"),
        ("+77", "KZ"),
        ("+7", "RU"),
        ("+1", "US"),
    ];
    let kind = kinds::find("phone")?;
    let how = plain();
    let mut votes = [0; CODES.len()];
    let (mut bad, mut good) = (0, 0);
    for value in each(kind, None, &how, cells) {
        let Some(numbers) = value else {
            bad += 1;
            continue;
        };
        good += 1;
        if let Some(at) = values(&numbers).next().and_then(|n| CODES.iter().position(|(code, _)| n.starts_with(code))) {
            votes[at] += 1;
        }
    }
    let most = votes.iter().enumerate().max_by_key(|(i, n)| (**n, CODES.len() - i));
    let spoken = if russian {
        Some("RU")
    } else if american {
        Some("US")
    } else {
        None
    };
    let voted = most.filter(|(_, n)| **n * 2 > good).map(|(i, _)| CODES[i].1);
    let region = voted.or(spoken)?;
    let with = share("phone", None, &in_region(Some(region)), cells);
    (voted.is_some() || bad > 0 && with.read > good).then_some(region)
}

/// How phones of a country are read.
pub(super) fn in_region(region: Option<&str>) -> How {
    How { region: region.and_then(|r| r.parse::<Region>().ok()), ..plain() }
}
