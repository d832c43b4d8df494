//! `completions` and `man`: what a shell and `man` know of the command line.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use super::{args::Args, print};
use crate::report::{EXIT_FAILED, EXIT_OK};

/// Which shell.
#[derive(clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn completions(args: &Completions) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "sheetbridge", &mut script);
    print(&String::from_utf8_lossy(&script));
    EXIT_OK
}

pub(super) fn man() -> u8 {
    let mut page = Vec::new();
    match render(&mut page) {
        Ok(()) => {
            print(&String::from_utf8_lossy(&page));
            EXIT_OK
        }
        Err(_) => EXIT_FAILED,
    }
}

/// One page for the program and all its commands, each with a section of its own.
fn render(page: &mut Vec<u8>) -> io::Result<()> {
    let mut program = Args::command();
    program.build();
    let man = Man::new(program.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_extra_section(page)?;
    for command in program.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()) {
        writeln!(page, ".SH \"SHEETBRIDGE {}\"", command.get_name().to_uppercase())?;
        let mut section = Vec::new();
        let man = Man::new(command.clone());
        man.render_description_section(&mut section)?;
        man.render_synopsis_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        // Its headings stand below its own.
        page.extend(String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ").bytes());
    }
    man.render_version_section(page)
}
