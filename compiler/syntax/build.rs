//! Turns `src/grammar.lalrpop` into the tables of the parser.

fn main() {
    if let Err(error) = lalrpop::process_src() {
        println!("cargo::error={error}");
    }
}
