//! Whose kept results are.

use super::{Kept, Tested};
use crate::contract::Broken;
use crate::contract::subject::Subject;

pub(super) async fn by_caller(subject: &Subject) -> Tested {
    if !subject.promised.caches_by_caller {
        return Ok(Kept::NotMade);
    }
    let (anna, bert) = (subject.entitled("anna"), subject.entitled("bert"));
    subject.reaches_stand_in(&anna).await?;
    let after_first = subject.watch.begun();
    let again = subject.patient(&anna, &subject.arguments).await;
    if subject.watch.begun() != after_first {
        return Err(Broken::by("the same call of the same caller ran again", &again));
    }
    let other = subject.patient(&bert, &subject.arguments).await;
    if subject.watch.begun() == after_first {
        return Err(Broken::by("what was kept for `anna` was given to another caller", &other));
    }
    by_grant(subject).await
}

/// Where the function keeps a grant's constraint, its result is for that grant.
async fn by_grant(subject: &Subject) -> Tested {
    let scopes = &subject.promised.scopes;
    for (at, scope) in scopes.iter().enumerate() {
        let granted = |field: &str, value: u8| {
            let others = scopes.iter().enumerate().filter(|(other, _)| *other != at);
            let all =
                others.fold(subject.stranger("carl"), |one, (_, other)| one.scope(other.token));
            all.scope(&format!("{}.where({field}={value})", scope.token))
        };
        for (field, _) in scope.fields.iter().filter(|(_, argument)| argument.is_none()) {
            subject.reaches_function(&granted(field, 1)).await?;
            let begun = subject.watch.begun();
            let other = subject.patient(&granted(field, 2), &subject.arguments).await;
            if subject.watch.begun() == begun {
                let what =
                    format!("what was kept for a grant of `{field}=1` was given to `{field}=2`");
                return Err(Broken::by(what, &other));
            }
        }
    }
    Ok(Kept::Yes)
}
