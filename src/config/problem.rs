//! What is wrong with a config, shown where it is wrong.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::extends::ConfigFile;
use crate::{
    catalogue::{self, Fill},
    finding::{Code, Severity},
    language::Language,
};

/// A secret stands in the config. It is shown nowhere, this file's own problems included.
pub(super) const SECRET_INLINE: Code = Code::new("config-secret-inline");

/// One thing that is wrong with a config.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What it is: texts in the catalogue.
    pub code: Code,
    /// The offending bytes, counted through all files of the config.
    pub span: Range<usize>,
    /// What fills the text.
    pub fills: Vec<(&'static str, String)>,
    /// What was probably meant.
    pub meant: Option<String>,
}

impl Problem {
    /// A problem with the bytes at `span`.
    #[must_use]
    pub fn new(code: Code, span: Range<usize>) -> Self {
        Self { code, span, fills: Vec::new(), meant: None }
    }

    /// Fills `{name}` in its text.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.fills.push((name, text.into()));
        self
    }

    /// Says what was probably meant.
    #[must_use]
    pub fn meant(mut self, meant: Option<&str>) -> Self {
        self.meant = meant.map(str::to_owned);
        self
    }
}

/// Everything that is wrong with a config, in the order of its files: those that it extends come first.
#[derive(Clone, Debug)]
pub struct Problems {
    /// The files.
    pub(super) files: Vec<ConfigFile>,
    /// In which language its owner reads.
    pub language: Language,
    /// The problems.
    pub list: Vec<Problem>,
}

impl Problems {
    /// Whether any of them keeps the config from being used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|p| p.code.severity() == Severity::Error)
    }

    /// All of them as people read them, each with its line.
    #[must_use]
    pub fn render(&self, colours: bool) -> String {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        let files: Vec<ConfigFile> = self.files.iter().map(|f| self.without_secrets(f)).collect();
        self.list.iter().map(|p| self.render_one(p, &files, &renderer) + "\n").collect::<Vec<_>>().join("\n")
    }

    /// A file with stars for the secrets that stand in it, as long as they are.
    fn without_secrets(&self, file: &ConfigFile) -> ConfigFile {
        let mut text = file.text.clone();
        let secrets = self.list.iter().filter(|p| p.code == SECRET_INLINE);
        for span in secrets.filter_map(|p| file.span(&p.span)) {
            let star = |c: char| if c == '\n' { "\n".to_owned() } else { "*".repeat(c.len_utf8()) };
            let stars: String = text[span.clone()].chars().map(star).collect();
            text.replace_range(span, &stars);
        }
        ConfigFile { text, ..file.clone() }
    }

    fn render_one(&self, problem: &Problem, files: &[ConfigFile], renderer: &Renderer) -> String {
        let place = files.iter().find_map(|file| Some((file, file.span(&problem.span)?)));
        let (file, span) = place.expect("a problem stands in one of the files");
        let entry = catalogue::entry(problem.code.name());
        let fills: Vec<(&str, Fill<'_>)> =
            problem.fills.iter().map(|(name, text)| (*name, Fill::Text(text.as_str()))).collect();
        let words = entry.words(self.language);
        let title = catalogue::fill(&words.title, &fills, self.language);
        let help = catalogue::fill(&words.help, &fills, self.language);
        let label = problem
            .meant
            .as_ref()
            .map(|m| format!("{} `{m}`?", self.language.pick("did you mean", "вы имели в виду")))
            .unwrap_or_default();
        let level = match entry.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group =
            level.with_name(entry.severity.word(self.language)).primary_title(title).id(problem.code.name()).element(
                Snippet::source(&file.text)
                    .path(file.shown.as_str())
                    .annotation(AnnotationKind::Primary.span(span).label(label)),
            );
        if !help.is_empty() {
            group = group.element(Level::HELP.with_name(self.language.pick("help", "совет")).message(help));
        }
        renderer.render(&[group])
    }
}
