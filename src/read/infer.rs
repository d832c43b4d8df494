//! What only a whole column tells: the order of dates, the decimal separator. Found once, then kept.

use std::collections::BTreeMap;

use super::Draft;
use crate::{
    address::Place,
    check::{
        kind::{DateOrder, FieldKind, Guess, How, Setting},
        kinds, mess,
    },
    config::{Config, SourceConfig},
    day::Day,
    finding::{Code, Finding},
    language::Language,
    sheet::Raw,
};

const CONTRADICTION: Code = Code::new("column-contradicts");
const PIN_CONTRADICTION: Code = Code::new("column-changed");

/// What was inferred about a source.
#[derive(Default)]
pub struct Inferred {
    /// To be pinned, by name.
    pub pins: Vec<(String, String)>,
    /// Columns that contradict themselves or what was pinned.
    pub findings: Vec<Finding>,
}

/// Settles how every pulled column of a source's drafts is read: what the config says, then what was
/// pinned, then what the column's own cells say, then the custom of the operator's country.
pub fn infer(
    drafts: &mut [Draft],
    config: &Config,
    source: &SourceConfig,
    pins: &[(String, String)],
    today: Day,
) -> Inferred {
    let mut inferred = Inferred::default();
    let mut settled: BTreeMap<(String, &'static str), Settled> = BTreeMap::new();
    for d in 0..drafts.len() {
        let columns = (0..drafts[d].binding.pulled.len())
            .map(|pulled| {
                let (kind, mut how, set) = start(&drafts[d], pulled, config, today);
                if let Some(infer) = kind.infer.as_ref().filter(|i| !set.contains(&i.option)) {
                    let name = drafts[d].header_of(pulled).to_owned();
                    let key = (name.clone(), infer.option);
                    let found = settled.entry(key).or_insert_with(|| {
                        let pin = format!("{} of {name}", infer.option);
                        let pinned = pins.iter().find(|(p, _)| *p == pin).map(|(_, v)| v.clone());
                        settle(drafts, source, &name, kind, pinned, &pin, &mut inferred)
                    });
                    match found {
                        Settled::As(value) => apply(kind, &mut how, value),
                        Settled::Contradicts => return how,
                        Settled::Nothing => {}
                    }
                }
                if how.order == DateOrder::Unknown {
                    how.order = custom(drafts[d].locale.as_deref(), config.operator.language);
                }
                how
            })
            .collect();
        drafts[d].hows = columns;
    }
    inferred
}

/// The kind whose rules read a column, with what the config sets. A column that feeds no field is a
/// date of the source, or consent, whose cells may be dates.
fn start(draft: &Draft, pulled: usize, config: &Config, today: Day) -> (&'static FieldKind, How, Vec<&'static str>) {
    let feeds = draft.binding.feeds.iter();
    let mut fields = feeds.filter(|f| f.alternatives.iter().flatten().any(|c| c.pulled == pulled)).map(|f| f.field);
    let Some(first) = fields.next() else { return (kinds::date(), How::new(today), Vec::new()) };
    let mut how = config.how(first, today);
    // A column with a name and a phone in each cell feeds both, and the phone's country is no matter of the name.
    how.region = how.region.or_else(|| fields.find_map(|id| config.field(id).how.region));
    (config.field(first).kind, how, config.field(first).set.clone())
}

/// The order in which people write dates where the sheet is from or, where nobody knows that, where its operator is.
fn custom(locale: Option<&str>, language: Language) -> DateOrder {
    const DAY_FIRST: [&str; 20] = [
        "ru", "uk", "be", "kk", "hy", "ka", "de", "fr", "it", "es", "pt", "pl", "cs", "tr", "nl", "fi", "en_GB",
        "en_AU", "en_IE", "en_NZ",
    ];
    match locale {
        Some("en_US") => DateOrder::Mdy,
        Some(locale) if DAY_FIRST.iter().any(|first| locale.starts_with(first)) => DateOrder::Dmy,
        None if language == Language::Russian => DateOrder::Dmy,
        _ => DateOrder::Unknown,
    }
}

/// What is known of how a column is read.
enum Settled {
    As(String),
    /// It contradicts itself, or what it was: cells that could be read both ways are not read.
    Contradicts,
    Nothing,
}

fn apply(kind: &FieldKind, how: &mut How, value: &str) {
    let option = kind.infer.as_ref().and_then(|infer| kind.options.iter().find(|o| o.name == infer.option));
    if let Some(option) = option {
        // What a kind infers, its own option takes.
        let _ = (option.set)(how, &Setting::Text(value.to_owned()));
    }
}

fn settle(
    drafts: &[Draft],
    source: &SourceConfig,
    name: &str,
    kind: &FieldKind,
    pinned: Option<String>,
    pin: &str,
    inferred: &mut Inferred,
) -> Settled {
    let Some(infer) = kind.infer.as_ref() else { return Settled::Nothing };
    let place = |draft: &Draft, pulled: usize| Place {
        source: source.id,
        sheet: Some(draft.id),
        row: None,
        column: Some(draft.binding.pulled[pulled]),
    };
    let columns: Vec<(&Draft, usize)> = drafts
        .iter()
        .filter_map(|d| (0..d.binding.pulled.len()).find(|p| d.header_of(*p) == name).map(|p| (d, p)))
        .collect();
    let washed = columns.iter().flat_map(|(draft, pulled)| {
        let chunks = draft.rows.chunks.iter();
        chunks.flat_map(move |chunk| (0..chunk.len()).map(move |row| chunk.cell(row, *pulled)))
    });
    let guess = (infer.guess)(&mut washed.filter(|raw| !matches!(raw, Raw::Text(t) if mess::is_sheet_error(t))));
    let Some((draft, pulled)) = columns.first() else { return Settled::Nothing };
    match (guess, pinned) {
        (Guess::Value(found), None) => {
            inferred.pins.push((pin.to_owned(), found.to_owned()));
            Settled::As(found.to_owned())
        }
        (Guess::Value(found), Some(pinned)) => {
            if found == pinned {
                Settled::As(pinned)
            } else {
                let hint = format!("`{pinned}` → `{found}`");
                inferred.findings.push(Finding::at(PIN_CONTRADICTION, place(draft, *pulled)).hint(hint));
                Settled::Contradicts
            }
        }
        // One cell of many that is written otherwise is a slip, and is said of itself.
        (Guess::Contradiction | Guess::Nothing, Some(pinned)) => Settled::As(pinned),
        (Guess::Contradiction, None) => {
            inferred.findings.push(Finding::at(CONTRADICTION, place(draft, *pulled)).hint(infer.option));
            Settled::Contradicts
        }
        (Guess::Nothing, None) => Settled::Nothing,
    }
}
