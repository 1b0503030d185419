//! Generates a client for each document.

fn main() {
    #[cfg(feature = "scenarios")]
    if let Err(error) = clients::generate() {
        println!("cargo::error={error}");
    }
}

#[cfg(feature = "scenarios")]
mod clients {
    use std::env;
    use std::error::Error;
    use std::fmt::Write as _;
    use std::fs;
    use std::io;
    use std::path::Path;

    use api_keys_codegen::Config;

    pub(super) fn generate() -> Result<(), Box<dyn Error>> {
        println!("cargo::rerun-if-env-changed=SPECTOR_DOCUMENTS");
        let documents = env::var_os("SPECTOR_DOCUMENTS").ok_or("run `cargo xtask spector`")?;
        let output = env::var_os("OUT_DIR").ok_or("not run by cargo")?;
        let mut paths =
            fs::read_dir(documents)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.sort();
        let mut modules = String::new();
        for path in paths {
            let mut config = Config::new(path);
            config.allow_loss = true;
            let file = config.build()?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            writeln!(modules, "pub mod {name} {{ include!({file:?}); }}")?;
        }
        Ok(fs::write(Path::new(&output).join("clients.rs"), modules)?)
    }
}
