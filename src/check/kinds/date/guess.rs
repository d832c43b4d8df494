//! What a column of dates tells about their order.

use super::text::{Words, value, without_time};
use crate::{
    check::kind::{DateOrder, Guess},
    sheet::Raw,
};

/// The order that the dates with a day above 12 agree on.
pub(super) fn order(cells: &mut dyn Iterator<Item = Raw<'_>>) -> Guess {
    let mut guess = Guess::Nothing;
    for cell in cells {
        let Raw::Text(text) = cell else { continue };
        let told = match told(text.trim()) {
            Some(DateOrder::Dmy) => Guess::Value("dmy"),
            Some(DateOrder::Mdy) => Guess::Value("mdy"),
            Some(DateOrder::Ymd) => Guess::Value("ymd"),
            _ => continue,
        };
        if guess != Guess::Nothing && guess != told {
            return Guess::Contradiction;
        }
        guess = told;
    }
    guess
}

/// The only order in which three numbers can be a date.
fn told(text: &str) -> Option<DateOrder> {
    let words = Words::of(without_time(text))?;
    let [a, b, c] = words.numbers() else { return None };
    let short = |n: &str| n.len() <= 2;
    if words.month().is_some() || !short(a) || !short(b) || !matches!(c.len(), 2 | 4) {
        return None;
    }
    match (value(a), value(b)) {
        (32.., 1..=12) if short(c) => Some(DateOrder::Ymd),
        (13..=31, 1..=12) => Some(DateOrder::Dmy),
        (1..=12, 13..=31) => Some(DateOrder::Mdy),
        _ => None,
    }
}
