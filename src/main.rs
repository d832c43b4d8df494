//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    sheetbridge::cli::main().into()
}
