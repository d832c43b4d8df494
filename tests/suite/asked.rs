//! `sheetbridge review`, word for word: through a file, and what is taken back.

use std::fs;

use crate::cli::{Transcript, root};

/// The dance school of `examples/held`, with the key that makes the ids of its cards the same every time.
fn school(language: &str) -> Transcript {
    let transcript = Transcript::new();
    let from = |name: &str| fs::read_to_string(root().join("examples/held").join(name)).expect("it is there");
    let config = from("bridge.toml").replace("\"en\"", &format!("\"{language}\"")) + "\n[state]\nkey = \"file:key\"\n";
    transcript.desk.put("bridge.toml", config);
    transcript.desk.put("pupils.csv", from("pupils.csv"));
    transcript
}

/// The id of the only question of a file.
fn id(transcript: &Transcript, file: &str) -> String {
    let text = transcript.desk.read(file).expect("a file");
    let line = text.lines().find(|l| l.starts_with("id ")).expect("a question");
    line.split('"').nth(1).expect("a text").to_owned()
}

#[test]
fn questions_are_answered_through_a_file_and_taken_back() {
    for language in ["en", "ru"] {
        let mut transcript = school(language);
        assert_eq!(transcript.run("sync").exit, 1);
        assert_eq!(transcript.run("review").exit, 0);
        assert_eq!(transcript.run("review --out open.toml").exit, 0);
        transcript.run_file("open.toml");
        let open = transcript.desk.read("open.toml").expect("written");
        transcript.desk.put("open.toml", open.replace("answer = \"\"", "answer = \"none\""));
        transcript.note("`none` was filled in");
        assert_eq!(transcript.run("review --answers open.toml").exit, 0);
        assert_eq!(transcript.run("sync").exit, 0);
        assert_eq!(transcript.desk.read("out/register.csv").expect("written").lines().count(), 5);
        let answer = id(&transcript, "open.toml");
        let stands = transcript.desk.run(&["review", "--answered"]).out;
        assert!(stands.contains(&answer) && stands.contains("register"), "{stands}");
        assert_eq!(transcript.run(&format!("review --take-back {}", &answer[..4])).exit, 0);
        assert_eq!(transcript.run("review --answered").exit, 0);
        transcript.note("what can't be meant");
        assert_eq!(transcript.run("review --answers open.toml").exit, 0, "it is open again");
        assert_eq!(transcript.run("review --answers open.toml").exit, 0, "twice is once");
        let other = open.replace("answer = \"\"", "answer = \"1\"");
        transcript.desk.put("other.toml", other);
        assert_eq!(transcript.run("review --answers other.toml").exit, 2, "it is answered");
        transcript.run(&format!("review --take-back {answer}"));
        transcript.desk.put("wrong.toml", open.replace("answer = \"\"", "answer = \"7\""));
        assert_eq!(transcript.run("review --answers wrong.toml").exit, 2);
        transcript.desk.put("torn.toml", open.replace("id     = ", ""));
        assert_eq!(transcript.run("review --answers torn.toml").exit, 2);
        assert_eq!(transcript.run("review --answers no-such.toml").exit, 2);
        assert_eq!(transcript.run("review --take-back 77").exit, 2);
        assert_eq!(transcript.run("review --out no/such/folder.toml").exit, 2);
        assert_eq!(transcript.run("review --reveal").exit, 2, "this is no terminal");
        assert_eq!(transcript.run("review --route regster").exit, 2);
        transcript.compare(&format!("review.{language}"));
    }
}

#[cfg(unix)]
mod on_a_terminal {
    use std::fmt::Write as _;

    use super::*;
    use crate::{
        expected,
        terminal::{ENTER, Terminal},
    };

    const LEFT: &str = "\x1b[D";

    /// The school with a second pair of pupils who can't be told apart, after a run.
    fn two_questions(language: &str) -> Transcript {
        let mut transcript = school(language);
        let pupils = transcript.desk.read("pupils.csv").expect("a list").replace("\r\n", "\n");
        let more =
            "Пётр Серов,8 903 444-55-66,01.06.2001,31.05.2099\nПётр Серов,8 903 444-55-66,01.06.2010,31.05.2099\n";
        transcript.desk.put("pupils.csv", format!("{}\n{more}", pupils.trim_end()));
        assert_eq!(transcript.run("sync").exit, 1);
        transcript
    }

    /// What a person sees from key to key; each key is typed once the text before it stands there.
    fn seen(transcript: &Transcript, args: &[&str], keys: &[(&str, &str)]) -> (i32, String) {
        let terminal = Terminal::start(&transcript.desk, args, &[("USER", "olga")], 30, 90);
        let mut screens = String::new();
        for (text, key) in keys {
            terminal.wait_for(text);
            let _ = writeln!(screens, "{}\n>>> {key:?}\n", terminal.screen().trim_end());
            terminal.send(key);
        }
        let (exit, screen) = terminal.end();
        (exit, screens + &screen)
    }

    fn compare(name: &str, text: &str) {
        let path = root().join("tests/data/cli").join(format!("{name}.expected"));
        expected::none(&expected::compare(&path, text).into_iter().collect::<Vec<_>>());
    }

    /// Masked, shown, hidden, answered, gone back, taken back, answered otherwise, left open.
    #[test]
    fn questions_are_answered_by_single_keys() {
        let (first, second) = ("1/2", "2/2");
        for (language, taken_back, shown, answered, standing) in [
            ("en", "1 taken back", "2001-06-01", "Your answer", "1 answer stands"),
            ("ru", "Взято назад: 1", "2001-06-01", "Ваш ответ", "Действующих ответов: 1"),
        ] {
            let (reveal, back, quit) = if language == "ru" { ("к", "г", "й") } else { ("r", "u", "q") };
            let transcript = two_questions(language);
            let keys = [
                (first, reveal),
                (shown, reveal),
                ("(12 ", "1"),
                (second, LEFT),
                (answered, back),
                (taken_back, "0"),
                (second, ENTER),
            ];
            let (exit, screens) = seen(&transcript, &["review"], &keys);
            assert_eq!(exit, 0, "{screens}");
            compare(&format!("review-terminal.{language}"), &screens);
            assert!(transcript.desk.run(&["review", "--answered"]).out.contains(standing));
            let records = transcript.desk.run(&["history", "--json"]).out;
            assert_eq!(records.matches("\"revealed\": true").count(), 1, "who looked is recorded: {records}");
            assert_eq!(records.matches("\"taken_back\"").count(), 1, "{records}");
            let (exit, screens) = seen(&transcript, &["review", "--reveal"], &[(shown, quit)]);
            assert_eq!(exit, 0, "{screens}");
            assert!(transcript.desk.run(&["history", "--json"]).out.matches("\"revealed\": true").count() == 2);
            assert_eq!(transcript.desk.run(&["sync"]).exit, 0);
            assert_eq!(transcript.desk.read("out/register.csv").expect("written").lines().count(), 5);
        }
    }

    #[test]
    fn who_breaks_off_keeps_what_was_answered() {
        let transcript = two_questions("en");
        let (exit, screens) = seen(&transcript, &["review"], &[("1/2", "1"), ("2/2", "\x03")]);
        assert_eq!(exit, 0, "{screens}");
        assert!(transcript.desk.run(&["review", "--answered"]).out.contains("1 answer stands"), "{screens}");
    }

    #[test]
    fn a_lock_that_another_run_holds_is_told_and_waited_for() {
        let transcript = two_questions("en");
        let terminal = Terminal::start(&transcript.desk, &["review"], &[], 30, 90);
        terminal.wait_for("1/2");
        let lock = std::fs::File::options().append(true).open(transcript.desk.path("state/lock")).expect("a lock");
        lock.lock().expect("nobody holds it while a person thinks");
        terminal.send("0");
        terminal.wait_for("another run");
        drop(lock);
        terminal.send("0");
        terminal.wait_for("2/2");
        terminal.send("q");
        assert_eq!(terminal.end().0, 0);
    }
}
