//! `flows`: what is read and signed, in both languages, from the config alone.

use std::fs;

use crate::cli::Transcript;

#[test]
fn the_flows_are_read_from_the_config_alone() {
    let mut transcript = Transcript::quickstart();
    fs::remove_dir_all(transcript.desk.path("shop/state")).expect("removed");
    for list in ["orders.xlsx", "subscribers.csv", "stops.csv"] {
        fs::remove_file(transcript.desk.path(&format!("shop/{list}"))).expect("removed");
    }
    let config = transcript.desk.read("shop/bridge.toml").expect("a config");
    transcript.desk.put("shop/ru.toml", config.replace("\"en\"", "\"ru\""));
    transcript.desk.put("all.toml", include_str!("../../config/bridge.toml"));
    transcript.desk.put("all-ru.toml", include_str!("../../config/bridge.toml").replace("\"en\" ", "\"ru\" "));
    for line in ["shop/bridge.toml", "shop/ru.toml", "all.toml", "all-ru.toml", "all.toml --json"] {
        let answer = transcript.run(&format!("flows {line}"));
        assert_eq!(answer.exit, 0);
        let widest =
            answer.out.lines().filter(|l| !line.contains("json") && !l.is_empty()).map(|l| l.chars().count()).max();
        assert!(widest <= Some(100), "{line}: {widest:?}");
    }
    assert_eq!(transcript.run("flows all.toml --html flows.html").exit, 0);
    transcript.note("where nothing can be written");
    assert_eq!(transcript.run("flows all.toml --html no/such/folder.html").exit, 2);
    assert_eq!(transcript.run("flows all-ru.toml --html no/such/folder.html").exit, 2);
    assert_eq!(transcript.desk.read("flows.html").expect("it was written").matches("<section>").count(), 4);
    transcript.compare("flows");
}
