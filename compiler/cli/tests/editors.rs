//! The language server with a client of others: the tests of `tests/oracle/client`, which speak to it as editors do.

use std::path::Path;
use std::process::Command;

#[test]
fn a_client_of_others_is_served() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let client = root.join("tests/oracle/client");
    let venv = root.join("target/tools/client");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = std::fs::read_to_string(client.join("requirements.txt")).unwrap();
    let installed = std::fs::read_to_string(venv.join("installed-requirements.txt")).ok();
    assert!(installed == Some(wanted), "the client is not installed, or another one: run `cargo xtask test`");
    let output = Command::new(python)
        .args(["-m", "pytest", "--quiet", "--no-header", "-p", "no:cacheprovider", "--tb=short"])
        .args(["-o", "asyncio_default_fixture_loop_scope=function"])
        .arg(client.join("test_server.py"))
        .env("CI_SERVER", env!("CARGO_BIN_EXE_cleaninfra"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTEST_ADDOPTS")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("12 passed"), "{told}");
}
