//! "Did you mean …?"

use rapidfuzz::distance::osa;

/// The candidate that `word` was probably meant to be: at most one slip in three characters, letter
/// case aside. Ties go to the earlier candidate.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let slips_max = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (osa::distance(word.chars(), c.to_lowercase().chars()), c))
        .filter(|(slips, c)| *slips <= slips_max && *slips < c.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_does_not() {
        let known = ["purposes", "path", "columns", "Телефон"];
        for (word, expected) in [
            ("purpozes", Some("purposes")),
            ("Path", Some("path")),
            ("colums", Some("columns")),
            ("телефон ", Some("Телефон")),
            ("language", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
