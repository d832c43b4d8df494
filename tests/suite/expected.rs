//! Answers that are kept in files: compared exactly, or written anew with `UPDATE_EXPECTED=1`.

use std::{fs, path::Path};

/// How many lines of a difference are shown.
const LINES_MAX: usize = 12;

/// Nothing, if the file says what was answered; otherwise where they part.
pub(crate) fn compare(path: &Path, answered: &str) -> Option<String> {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, answered).expect("written");
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == answered {
        return None;
    }
    let (mut old, mut new) = (expected.lines(), answered.lines());
    let same = old.by_ref().zip(new.by_ref()).take_while(|(a, b)| a == b).count();
    let show = |text: &str, sign| {
        text.lines().skip(same).take(LINES_MAX).fold(String::new(), |all, line| all + "  " + sign + " " + line + "\n")
    };
    let differs = format!("{}{}", show(&expected, "-"), show(answered, "+"));
    Some(format!("{}, line {}:\n{differs}", path.display(), same + 1))
}

/// Fails with all differences at once.
#[track_caller]
pub(crate) fn none(differences: &[String]) {
    let hint = "UPDATE_EXPECTED=1 writes them anew; then read every one";
    assert!(differences.is_empty(), "{} answers differ ({hint}):\n{}", differences.len(), differences.join("\n"));
}
