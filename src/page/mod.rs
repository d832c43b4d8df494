//! Pages to send or to print: one file each, that opens without a network and says nothing to anybody.
//!
//! What is filled into a template is escaped, whatever it is; a test fills hostile names in. The texts are the
//! catalogue's: a template says `say("name", n=…)`.

use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde},
};
use serde::Serialize;

use crate::{
    catalogue::{Fill, grouped, say},
    language::Language,
};

const BASE: &str = include_str!("base.html");
const STYLE: &str = include_str!("style.css");

/// A page.
pub(crate) struct Page {
    /// Its name, for messages about mistakes in it.
    pub(crate) name: &'static str,
    /// Its template.
    pub(crate) template: &'static str,
}

impl Page {
    /// The page in `language`, filled with `content`.
    ///
    /// # Panics
    /// When the compiled-in template asks for what nobody filled in: a bug, and a test renders every page.
    pub(crate) fn render(&self, language: Language, content: &impl Serialize) -> String {
        let mut pages = Environment::new();
        pages.set_auto_escape_callback(|_| AutoEscape::Html);
        pages.set_undefined_behavior(UndefinedBehavior::Strict);
        // Lines that only hold a block leave nothing behind.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        pages.set_syntax(syntax.expect("these two don't contradict each other"));
        pages.add_function("say", move |name: &str, fills: Kwargs| spoken(name, language, &fills));
        pages.add_filter("grouped", |n: u64| grouped(n));
        pages.add_global("language", language.pick("en", "ru"));
        pages.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        pages.add_global("version", env!("CARGO_PKG_VERSION"));
        pages.add_template("base", BASE).expect("the compiled-in base parses");
        pages.add_template(self.name, self.template).expect("the compiled-in page parses");
        let page = pages.get_template(self.name).expect("it was just added");
        page.render(Serde(content)).unwrap_or_else(|e| panic!("{}: {e:#}", self.name))
    }
}

/// A text of the catalogue; numbers choose the forms of nouns.
fn spoken(name: &str, language: Language, fills: &Kwargs) -> Result<String, minijinja::Error> {
    let given: Vec<(String, Value)> =
        fills.args().map(|arg| Ok((arg.to_owned(), fills.get(arg)?))).collect::<Result<_, minijinja::Error>>()?;
    let texts: Vec<(&str, Result<u64, String>)> = given
        .iter()
        .map(|(arg, value)| (arg.as_str(), u64::try_from(value.clone()).map_err(|_| value.to_string())))
        .collect();
    let fills: Vec<(&str, Fill<'_>)> = texts
        .iter()
        .map(|(arg, value)| match value {
            Ok(n) => (*arg, Fill::Number(*n)),
            Err(text) => (*arg, Fill::Text(text)),
        })
        .collect();
    Ok(say(name, language, &fills))
}
