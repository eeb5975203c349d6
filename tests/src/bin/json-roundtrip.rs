//! `json-roundtrip IN OUT`: reads a JSON document, parses it into a tree, writes it again, indented.
//!
//! The floor of the performance measurements: what a whole process costs that produces a template without compiling
//! anything. It must do nothing but that, so that the number means what it says.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(source), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("usage: json-roundtrip IN OUT".into());
    };
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(source)?)?;
    std::fs::write(target, serde_json::to_vec_pretty(&document)?)?;
    Ok(())
}
