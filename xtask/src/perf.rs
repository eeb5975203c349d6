//! The sources of the performance measurements: one infrastructure written in this language and in its peers'.
//!
//! `unit` says what the infrastructure is, once; the other modules print it. So all contenders produce the same
//! resources, and `tests/perf/compare.py` can prove it against `canon.json`, the template they all must come to.
//! Deterministic: the same size gives the same bytes everywhere.

mod canon;
mod cdk;
mod ci;
mod pkl;
mod unit;

use std::path::Path;

use crate::Outcome;
use unit::{UNIT_SIZE, unit};

/// How many services the services style is divided into, where there are units enough.
const SERVICES: usize = 100;

/// Writes all sources for `size` resources to `out/<size>/`.
pub(crate) fn write(out: &Path, size: usize) -> Outcome {
    if size == 0 || !size.is_multiple_of(UNIT_SIZE) {
        return Err(format!("{size} is not a multiple of {UNIT_SIZE}, the resources of a unit"));
    }
    let units = size / UNIT_SIZE;
    let unit = unit();
    let folder = out.join(size.to_string());
    let file = |path: &str, text: String| write_file(&folder.join(path), &text);

    file("canon.json", canon::template(&unit, units)?)?;
    file("flat/ci.toml", ci::manifest("flat"))?;
    file("flat/src/main.ci", ci::flat(&unit, units))?;
    file("loop/ci.toml", ci::manifest("loop"))?;
    file("loop/src/main.ci", ci::repeated(&unit, units))?;
    file("services/ci.toml", ci::manifest("services"))?;
    for (path, text) in ci::services(&unit, units, SERVICES) {
        file(&format!("services/src/{path}"), text)?;
    }
    file("cdk-js/app.js", cdk::program(&unit, units, cdk::Dialect::JavaScript))?;
    file("cdk-ts/app.ts", cdk::program(&unit, units, cdk::Dialect::TypeScript))?;
    file("cdk-ts/tsconfig.json", cdk::TSCONFIG.to_owned())?;
    file("pkl/flat.pkl", pkl::module(&unit, units))?;
    println!("{}: {size} resources", folder.display());
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Outcome {
    let fail = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)
}

#[cfg(test)]
mod tests;
