//! Installs the packages and prints the directory of the documents.

use std::io;

use api_keys_live_tests::spector::Packages;

fn main() -> io::Result<()> {
    println!("{}", Packages::install()?.documents().display());
    Ok(())
}
