//! Lists of prompts and resources, cut down to what the caller gets to see.

use super::super::{facts, until_cancelled};
use super::{Context, Guarded};
use crate::entries::{Found, Kind, Subject};
use ::rmcp::model::{ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult};
use ::rmcp::{ErrorData, ServerHandler};

/// A page of a list.
pub(super) trait Page: Send {
    const KIND: Kind;

    /// Takes out what must not be shown.
    fn retain(&mut self, shows: impl Fn(Subject) -> bool);

    /// Takes back what the handler says about caches. The SDK marks a list without further words as private, and as stale at once
    /// (MCP-62).
    fn forget_caches(&mut self);
}

macro_rules! page {
    ($page:ident, $kind:ident, $items:ident, $item:ident => $subject:expr) => {
        impl Page for $page {
            const KIND: Kind = Kind::$kind;

            fn retain(&mut self, shows: impl Fn(Subject) -> bool) {
                self.$items.retain(|$item| shows($subject));
            }

            fn forget_caches(&mut self) {
                (self.ttl_ms, self.cache_scope) = (None, None);
            }
        }
    };
}

page!(ListPromptsResult, Prompt, prompts, prompt => Subject::Prompt(prompt.name.clone()));
page!(ListResourcesResult, Resource, resources, resource => Subject::Resource(resource.uri.clone()));
page!(ListResourceTemplatesResult, Resource, resource_templates, template => {
    Subject::Reference(template.uri_template.clone())
});

impl<H: ServerHandler> Guarded<H> {
    /// Has the handler list something, and cuts it down.
    ///
    /// 1. Where nothing of the kind is declared, it needs a caller, and is shown as it is.
    /// 2. What the gate shows the caller is in the list: [`Gate::shows`](crate::gate::Gate::shows), as for tools.
    /// 3. What is not declared is not.
    /// 4. Nobody may keep it for anybody else.
    pub(super) async fn list<P: Page, F>(
        &self,
        context: Context,
        run: impl FnOnce(Context) -> F + Send,
    ) -> Result<P, ErrorData>
    where
        F: Future<Output = Result<P, ErrorData>> + Send,
    {
        let protected = &self.inner.protected;
        let request = context.clone();
        let is_ruled = protected.entries().rules(P::KIND);
        if !is_ruled {
            self.need_caller(&request).await?; // 1
        }
        let mut page = until_cancelled(&request, run(context)).await??;
        if is_ruled {
            let facts = facts(protected, None, &request).await;
            page.retain(|subject| match protected.find(&subject) {
                Found::Declared(tool) => protected.gate().shows(tool, &facts), // 2
                Found::Unknown(_) | Found::Unruled => false,                   // 3
            });
        }
        page.forget_caches(); // 4
        Ok(page)
    }
}
