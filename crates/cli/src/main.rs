//! The program: everything happens in the library, here only the process ends.

use std::process::ExitCode;

fn main() -> ExitCode {
    unkeyed::main()
}
