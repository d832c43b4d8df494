//! What is read, and in how many requests.

use super::office::Office;

#[test]
fn a_list_is_read_in_three_requests() {
    let mut office =
        Office::with(&[&["Name", "Phone"], &["Anna Berg", "+7 916 123-45-67"], &["Boris", "8 903 111 22 33"]]);
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    assert_eq!(office.shop(), ["Berg Anna +79161234567", "Boris +79031112233"]);
    let log = office.google.log();
    assert_eq!(office.google.reads(), 3, "{log:#?}");
    assert_eq!(office.google.tokens(), 1);
}
