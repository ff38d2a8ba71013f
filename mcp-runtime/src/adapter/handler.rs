//! Answers the protocol's requests: tools from the registry, everything else from the delegate.

#![allow(deprecated, reason = "older revisions of the protocol are served too")]

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams,
    CancelledNotificationParam, CompleteRequestMethod, CompleteRequestParams, CompleteResult,
    ConstString, CustomNotification, CustomRequest, CustomResult, DiscoverResult, ErrorCode,
    ErrorData, GetPromptRequestParams, GetPromptResponse, GetSkillRequestParams, GetSkillResult,
    GetTaskParams, GetTaskResult, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod,
    ListResourcesResult, ListSkillsResult, ListToolsResult, MetaObject, PaginatedRequestParams,
    ProgressNotificationParam, ProtocolVersion, ReadResourceDirectoryRequestParams,
    ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse, ServerConfig,
    SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool, ToolsCapability,
    UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use serde_json::Value;
use tracing::info;

use super::elicit::{Waiting, Way};
use super::entry::Entry;
use super::listing::{LIST_TTL_MS, Listing};
use super::raw::RawContext;
use super::{convert, elicit};
use crate::app::App;
use crate::caller::Caller;
use crate::confirmation::Confirmation;
use crate::context::Origin;
use crate::error::{Code, Effect, NextAction, ToolError};
use crate::policy::Outcome;
use crate::tool::ToolInfo;
use crate::validate::nearest;

pub(super) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

type Answer<T> = Result<T, ErrorData>;
type Request = RequestContext<RoleServer>;
type Notice = NotificationContext<RoleServer>;

/// The protocol side of a server. Lists and descriptions are made once, here.
pub(super) struct Handler<D> {
    app: App,
    delegate: D,
    config: ServerConfig,
    listing: Arc<Listing>,
    server_info: Value,
    /// Places for questions to people whose answers are waited for.
    waiting: Waiting,
}

tokio::task_local! {
    /// Set while a request is answered whose tool has to look as if it weren't there.
    pub(super) static CONCEALED: bool;
}

impl<D: ServerHandler> Handler<D> {
    pub(super) fn new(app: App, delegate: D) -> Self {
        let listing = Arc::new(Listing::new(&app));
        let config = config(&app, delegate.get_info());
        let server_info = serde_json::to_value(&config.server_info).unwrap_or_default();
        Self { app, delegate, config, listing, server_info, waiting: Waiting::default() }
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    #[cfg(feature = "http")]
    pub(super) fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    /// What the server says of itself.
    #[cfg(feature = "http")]
    pub(super) fn server_info(&self) -> &Value {
        &self.server_info
    }

    /// What the specification asks a modern server to say of itself on each result.
    fn introduce(&self, meta: &mut Option<MetaObject>, context: &Request) {
        if is_modern(context) {
            self.add_server_info(meta);
        }
    }

    /// Who calls: what the door found out, or the identity of stdin. Never what a header names.
    ///
    /// # Errors
    ///
    /// The key of stdin counted as the server started, and doesn't any longer.
    fn caller(&self, context: &Request) -> Result<Caller, ToolError> {
        match (context.extensions.get::<http::request::Parts>(), entry(context)) {
            (_, Some(entry)) => Ok(entry.caller),
            (Some(_), None) => Ok(Caller::anonymous()),
            (None, None) => self.app.stdio_caller().map_err(|error| {
                let message = "this client's credential doesn't count any longer: tell the person \
                               who runs the server to renew its `stdio.key`";
                ToolError::new(Code::Unauthenticated, message)
                    .effect(Effect::None)
                    .next_action(NextAction::Escalate)
                    .developer(error)
            }),
        }
    }

    fn add_server_info(&self, meta: &mut Option<MetaObject>) {
        let meta = meta.get_or_insert_with(MetaObject::default);
        meta.0.insert(SERVER_INFO.into(), self.server_info.clone());
    }

    /// Runs a call through its tool's pipeline, with what a person said to it: just now, or by the
    /// client's word.
    async fn run(
        &self,
        position: usize,
        request: CallToolRequestParams,
        context: Request,
        said: Option<Confirmation>,
    ) -> Outcome {
        let CallToolRequestParams { arguments, input_responses, request_state, .. } = request;
        let said =
            said.or_else(|| elicit::answered(input_responses.as_ref(), request_state.as_deref()));
        let (caller, ending) = (self.caller(&context)?, context.ct.child_token().into());
        let raw = RawContext::new(context, input_responses, request_state, said);
        let origin = Origin { request: Box::new(raw), caller, ending };
        self.app.registry().call(position, arguments.unwrap_or_default(), origin).await
    }

    /// Whether the server offers what a method belongs to.
    fn offers(&self, method: &str, context: &Request) -> bool {
        let capabilities = &self.config.capabilities;
        match method {
            "tools/call" | "tools/list" | "server/discover" => true,
            "initialize" => !is_modern(context),
            "prompts/get" | "prompts/list" => capabilities.prompts.is_some(),
            "resources/read" | "resources/list" | "resources/templates/list" => {
                capabilities.resources.is_some()
            }
            "completion/complete" => capabilities.completions.is_some(),
            _ => false,
        }
    }
}

/// The delegate's capabilities and ours; the server's own name.
fn config(app: &App, delegate: ServerConfig) -> ServerConfig {
    let mut capabilities = delegate.capabilities;
    capabilities.tools.get_or_insert_with(ToolsCapability::default);
    let mut info = Implementation::new(app.name(), app.version());
    info.title = app.title().map(str::to_owned);
    let mut config = ServerConfig::new(capabilities).with_server_info(info);
    config.instructions = app.instructions().map(str::to_owned).or(delegate.instructions);
    config
}

pub(super) fn is_modern(context: &Request) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

fn unsupported<T, M: ConstString>() -> Answer<T> {
    Err(ErrorData::method_not_found::<M>())
}

impl<D: ServerHandler> ServerHandler for Handler<D> {
    fn get_info(&self) -> ServerConfig {
        self.config.clone()
    }

    async fn discover(&self, _: Request) -> Answer<DiscoverResult> {
        let versions = self.supported_protocol_versions().into_owned();
        let mut result = DiscoverResult::from_server_info(versions, self.get_info());
        result.ttl_ms = LIST_TTL_MS;
        result.cache_scope = CacheScope::Public;
        Ok(result)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.delegate.supported_protocol_versions()
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Request,
    ) -> Answer<ListToolsResult> {
        if request.is_some_and(|request| request.cursor.is_some()) {
            return Err(ErrorData::invalid_params("no page has this cursor", None));
        }
        let caller = self.caller(&context).map_err(|error| unauthenticated(&error))?;
        let mut list = self.listing.shown_to(&caller);
        self.introduce(&mut list.meta, &context);
        Ok(list)
    }

    /// Asked on every HTTP request, to compare headers with arguments.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        if CONCEALED.try_with(|concealed| *concealed).unwrap_or_default() {
            return None;
        }
        self.listing.tools().get(self.app.registry().position(name)?).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Request,
    ) -> Answer<CallToolResponse> {
        let registry = self.app.registry();
        let caller = self.caller(&context).map_err(|error| unauthenticated(&error))?;
        let position = registry.position(&request.name).filter(|position| {
            !self.app.conceals() || registry.tool(*position).gate.admits(&caller)
        });
        let Some(position) = position else {
            let known = self.app.tools_for(&caller).map(ToolInfo::name);
            return Err(unknown_tool(&request.name, known));
        };
        let tool = registry.tool(position);
        let way = if tool.confirms { Way::of(&context) } else { Way::None };
        let again = (way == Way::Request).then(|| (request.clone(), context.clone()));
        let (modern, entry) = (is_modern(&context), entry(&context));
        let mut outcome = self.run(position, request, context, None).await;
        let question = outcome.as_ref().err().and_then(ToolError::as_question);
        match (question, way, again) {
            (Some(question), Way::Result, _) => {
                let mut meta = None;
                self.add_server_info(&mut meta);
                return Ok(elicit::input_required(question, meta));
            }
            (Some(question), _, Some((request, context))) => {
                if let Some(answer) = elicit::ask(&context, &caller, question, &self.waiting).await
                {
                    outcome = self.run(position, request, context, Some(answer)).await;
                }
            }
            _ => {}
        }
        if let (Some(entry), Err(error)) = (entry, &outcome) {
            entry.report(error);
        }
        let mut response = convert::response(outcome, tool)?;
        if let (true, CallToolResponse::Complete(result)) = (modern, &mut response) {
            self.add_server_info(&mut result.meta);
        }
        Ok(response)
    }

    /// The SDK hands over what it could not read: a method of ours with wrong parameters too.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: Request,
    ) -> Answer<CustomResult> {
        if self.offers(&request.method, &context) {
            let message = format!("the parameters of `{}` are not valid", request.method);
            return Err(ErrorData::invalid_params(message, None));
        }
        self.delegate.on_custom_request(request, context).await
    }

    async fn complete(&self, r: CompleteRequestParams, c: Request) -> Answer<CompleteResult> {
        self.delegate.complete(r, c).await
    }

    async fn set_level(&self, r: SetLevelRequestParams, c: Request) -> Answer<()> {
        self.delegate.set_level(r, c).await
    }

    async fn get_prompt(&self, r: GetPromptRequestParams, c: Request) -> Answer<GetPromptResponse> {
        self.delegate.get_prompt(r, c).await
    }

    async fn list_prompts(
        &self,
        r: Option<PaginatedRequestParams>,
        c: Request,
    ) -> Answer<ListPromptsResult> {
        self.delegate.list_prompts(r, c).await
    }

    async fn list_resources(
        &self,
        r: Option<PaginatedRequestParams>,
        c: Request,
    ) -> Answer<ListResourcesResult> {
        self.delegate.list_resources(r, c).await
    }

    async fn list_resource_templates(
        &self,
        r: Option<PaginatedRequestParams>,
        c: Request,
    ) -> Answer<ListResourceTemplatesResult> {
        self.delegate.list_resource_templates(r, c).await
    }

    async fn read_resource(
        &self,
        r: ReadResourceRequestParams,
        c: Request,
    ) -> Answer<ReadResourceResponse> {
        self.delegate.read_resource(r, c).await
    }

    fn accepted_subscription_filter(&self, r: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.delegate.accepted_subscription_filter(r)
    }

    async fn listen(&self, c: SubscriptionContext) -> Answer<()> {
        self.delegate.listen(c).await
    }

    async fn subscribe(&self, r: SubscribeRequestParams, c: Request) -> Answer<()> {
        self.delegate.subscribe(r, c).await
    }

    async fn unsubscribe(&self, r: UnsubscribeRequestParams, c: Request) -> Answer<()> {
        self.delegate.unsubscribe(r, c).await
    }

    async fn on_cancelled(&self, n: CancelledNotificationParam, c: Notice) {
        self.delegate.on_cancelled(n, c).await;
    }

    async fn on_progress(&self, n: ProgressNotificationParam, c: Notice) {
        self.delegate.on_progress(n, c).await;
    }

    async fn on_initialized(&self, c: Notice) {
        self.delegate.on_initialized(c).await;
    }

    async fn on_roots_list_changed(&self, c: Notice) {
        self.delegate.on_roots_list_changed(c).await;
    }

    async fn on_custom_notification(&self, n: CustomNotification, c: Notice) {
        self.delegate.on_custom_notification(n, c).await;
    }

    async fn get_task(&self, r: GetTaskParams, c: Request) -> Answer<GetTaskResult> {
        self.delegate.get_task(r, c).await
    }

    async fn update_task(&self, r: UpdateTaskParams, c: Request) -> Answer<()> {
        self.delegate.update_task(r, c).await
    }

    async fn cancel_task(&self, r: CancelTaskParams, c: Request) -> Answer<()> {
        self.delegate.cancel_task(r, c).await
    }

    async fn list_skills(
        &self,
        r: Option<PaginatedRequestParams>,
        c: Request,
    ) -> Answer<ListSkillsResult> {
        self.delegate.list_skills(r, c).await
    }

    async fn get_skill(&self, r: GetSkillRequestParams, c: Request) -> Answer<GetSkillResult> {
        self.delegate.get_skill(r, c).await
    }

    async fn read_resource_directory(
        &self,
        r: ReadResourceDirectoryRequestParams,
        c: Request,
    ) -> Answer<ReadResourceDirectoryResult> {
        self.delegate.read_resource_directory(r, c).await
    }
}

/// What the door left with a request, or a stream whose client is known.
fn entry(context: &Request) -> Option<Entry> {
    match context.extensions.get::<http::request::Parts>() {
        Some(parts) => parts.extensions.get().cloned(),
        None => context.extensions.get().cloned(),
    }
}

/// What the door answers with a status, where there is none.
fn unauthenticated(error: &ToolError) -> ErrorData {
    info!(detail = error.developer_message(), "refused the client of stdio");
    ErrorData::new(ErrorCode(401), error.message().to_owned(), Some(error.to_json()))
}

fn unknown_tool<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> ErrorData {
    let similar = nearest(name, known);
    let message = similar.map_or_else(
        || "unknown tool".to_owned(),
        |similar| format!("unknown tool; did you mean `{similar}`?"),
    );
    ErrorData::invalid_params(message, None)
}

/// Stands where no hand-written handler does: the server has tools and nothing else, and says so.
pub(super) struct ToolsOnly;

impl ServerHandler for ToolsOnly {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(rmcp::model::ServerCapabilities::default())
    }

    async fn complete(&self, _: CompleteRequestParams, _: Request) -> Answer<CompleteResult> {
        unsupported::<_, CompleteRequestMethod>()
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Request,
    ) -> Answer<ListPromptsResult> {
        unsupported::<_, ListPromptsRequestMethod>()
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Request,
    ) -> Answer<ListResourcesResult> {
        unsupported::<_, ListResourcesRequestMethod>()
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Request,
    ) -> Answer<ListResourceTemplatesResult> {
        unsupported::<_, ListResourceTemplatesRequestMethod>()
    }
}
