use mcp_runtime::{Context, State, tool, tools};

fn in_order(from: &u32, to: &u32) -> Result<(), &'static str> {
    if from < to { Ok(()) } else { Err("must rise") }
}

fn of_text(text: &str) -> Result<(), String> {
    if text.is_empty() { Err("is empty".into()) } else { Ok(()) }
}

/// No such parameter.
#[tool(public, check = [in_order(form, to), in_order(from, ledgr), in_order(from, elsewhere)])]
async fn names(from: u32, to: u32, State(ledger): State<u8>) -> u32 {
    from + to + u32::from(ledger)
}

/// Nothing to look at.
#[tool(public, check = [in_order(), in_order])]
async fn nothing(_: Context) {}

/// Nothing to look at, either.
#[tool(public, check = in_order)]
async fn no_arguments(_: Context) {}

/// Values.
#[tool(public, check = in_order(&from, 7))]
async fn values(from: u32) -> u32 {
    from
}

/// No function.
#[tool(public, check = "in_order")]
async fn quoted(from: u32) -> u32 {
    from
}

/// No path.
#[tool(public, check = |from| Ok(()))]
async fn closure(from: u32) -> u32 {
    from
}

/// More than one argument where there is one.
#[tool(public)]
async fn single(#[arg(check = in_order(from, to))] from: u32, to: u32) -> u32 {
    from + to
}

/// Of another type.
#[tool(public, check = of_text(count))]
async fn types(text: String, count: u32) -> (String, u32) {
    (text, count)
}

/// With more than it takes.
#[tool(public, check = of_text)]
async fn more(text: String, count: u32) -> (String, u32) {
    (text, count)
}

fn truth(from: &u32) -> bool {
    *from > 0
}

/// A truth value says nothing.
#[tool(public)]
async fn returns(#[arg(check = truth)] from: u32) -> u32 {
    from
}

struct Failure;

async fn fails(_: &u32) -> Result<(), Failure> {
    Err(Failure)
}

/// An error that says nothing.
#[tool(public, check = fails)]
async fn errors(from: u32) -> u32 {
    from
}

async fn stays(_: &u32) -> Result<(), String> {
    let here = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(here);
    Ok(())
}

/// A future that stays where it is.
#[tool(public, check = stays)]
async fn threads(from: u32) -> u32 {
    from
}

/// No such function.
#[tool(public, check = missing)]
async fn unknown(from: u32) -> u32 {
    from
}

/// Nothing is wrong with this one.
#[tool(public, check = in_order)]
async fn correct(from: u32, to: u32) -> u32 {
    from + to
}

fn main() {
    let _ = tools![names, correct];
    let _ = (names, nothing, no_arguments, values, quoted, closure, single);
    let _ = (types, more, returns, errors, threads, unknown, of_text);
}
