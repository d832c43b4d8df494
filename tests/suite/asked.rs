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
