use mcp_runtime::{tool, tools};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Login {
    pin: String,
}

/// Where everyone would read it.
#[tool(public)]
async fn exposed(#[arg(secret, header = "Pin", default = "0000", example = "1234")] pin: String) {
    drop(pin);
}

/// A flag.
#[tool(public)]
async fn valued(#[arg(secret = true)] pin: String) {
    drop(pin);
}

/// A struct is no argument.
#[tool(public)]
async fn flattened(#[arg(flatten, secret)] login: Login) {
    drop(login.pin);
}

fn main() {
    let _ = tools![exposed];
    let pin = String::new;
    drop((exposed(pin()), valued(pin()), flattened(Login { pin: pin() })));
}
