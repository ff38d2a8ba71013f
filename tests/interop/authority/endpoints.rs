//! The rules on HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::grants::{Authority, Fields, Refused};

/// Bytes of the largest request; those of clients have less than one tenth.
const MAX_BODY: usize = 64 << 10;

pub(crate) fn routes(authority: Authority) -> Router {
    Router::new()
        .route("/readyz", get(|| async { StatusCode::OK }))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/jwks.json", get(key_set))
        .route("/register", post(register))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::new(authority))
}

type Server = State<Arc<Authority>>;

async fn metadata(State(authority): Server) -> Json<Value> {
    Json(authority.metadata())
}

async fn key_set(State(authority): Server) -> Json<Value> {
    Json(authority.key_set())
}

async fn register(State(authority): Server, body: Bytes) -> Result<Response, Refused> {
    let stated = serde_json::from_slice(&body)
        .map_err(|_| Refused("invalid_client_metadata", "the body isn't JSON"))?;
    Ok((StatusCode::CREATED, Json(authority.register(&stated)?)).into_response())
}

/// Says what is wrong here, rather than to the client by a redirect: it is the test that reads it.
async fn authorize(
    State(authority): Server,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let asked = fields(query.unwrap_or_default().as_bytes())?;
    let location = authority.authorize(&asked)?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

async fn token(State(authority): Server, body: Bytes) -> Result<Response, Refused> {
    let answer = authority.token(&fields(&body)?)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// RFC 6749, section 3.1: no parameter may come twice.
fn fields(encoded: &[u8]) -> Result<Fields, Refused> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refused("invalid_request", "a parameter comes twice"));
        }
    }
    Ok(fields)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error, description) = self;
        let body = Json(json!({ "error": error, "error_description": description }));
        (StatusCode::BAD_REQUEST, body).into_response()
    }
}
