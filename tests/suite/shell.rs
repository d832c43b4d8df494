//! Completions and the man page know every command, and `man` reads the page without a complaint.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::program::Desk;

/// The commands that help lists.
fn commands(desk: &Desk) -> Vec<String> {
    let help = desk.run(&["--help"]).out;
    let names = help.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   "));
    let names: Vec<String> = names.filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 5 && names.contains(&"explain".to_owned()), "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

#[test]
fn shells_complete_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = desk.run(&["completions", shell]);
        assert_eq!((answer.exit, answer.err.as_str()), (0, ""), "{shell}");
        for command in commands(&desk) {
            assert!(answer.out.contains(&command), "{shell}: {command}");
        }
        assert!(answer.out.contains("guard"), "{shell}: options too");
    }
    assert_eq!(desk.run(&["completions", "tcsh"]).exit, 2);
}

#[test]
fn the_man_page_has_every_command() {
    let desk = Desk::new();
    let answer = desk.run(&["man"]);
    assert_eq!((answer.exit, answer.err.as_str()), (0, ""));
    for command in commands(&desk) {
        assert!(answer.out.contains(&format!(".SH \"SHEETBRIDGE {}\"", command.to_uppercase())), "{command}");
    }
    for renderer in [["groff", "-man", "-Tutf8", "-ww", "-P-cbou"].as_slice(), &["mandoc", "-Tlint", "-Wwarning"]] {
        let mut command = Command::new(renderer[0]);
        command.args(&renderer[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let Ok(mut child) = command.spawn() else { continue };
        child.stdin.take().expect("piped").write_all(answer.out.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", renderer[0]);
        let page = String::from_utf8_lossy(&output.stdout);
        assert!(renderer[0] != "groff" || (page.contains("SHEETBRIDGE SYNC") && page.contains("--route")), "{page}");
    }
}
