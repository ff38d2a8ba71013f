//! Content blocks: what a result shows to a model.

use std::borrow::Cow;

use crate::text::Text;

/// One block of a tool's result.
///
/// A tool returns `Content`, a `Vec<Content>`, text, or any `Serialize + JsonSchema` value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text: what a tool says, or its data as JSON.
    Text(Text),
    /// An image.
    Image {
        /// The bytes in base64.
        data: String,
        /// Such as `image/png`.
        mime_type: String,
    },
    /// A sound.
    Audio {
        /// The bytes in base64.
        data: String,
        /// Such as `audio/wav`.
        mime_type: String,
    },
    /// A resource's text, embedded.
    ResourceText {
        /// The resource's address.
        uri: String,
        /// Such as `text/plain`.
        mime_type: Option<String>,
        /// Its text.
        text: String,
    },
    /// A resource's bytes, embedded.
    ResourceBlob {
        /// The resource's address.
        uri: String,
        /// Such as `application/pdf`.
        mime_type: Option<String>,
        /// The bytes in base64.
        blob: String,
    },
    /// A resource that the client can read.
    Link(ResourceLink),
}

impl Content {
    /// A block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into().into())
    }

    /// An image, its bytes in base64.
    pub fn image(data: impl Into<String>, mime_type: impl Into<String>) -> Self {
        Self::Image { data: data.into(), mime_type: mime_type.into() }
    }

    /// A sound, its bytes in base64.
    pub fn audio(data: impl Into<String>, mime_type: impl Into<String>) -> Self {
        Self::Audio { data: data.into(), mime_type: mime_type.into() }
    }

    /// An embedded text resource.
    pub fn resource_text(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::ResourceText { uri: uri.into(), mime_type: Some(mime_type.into()), text: text.into() }
    }

    /// An embedded binary resource, its bytes in base64.
    pub fn resource_blob(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        blob: impl Into<String>,
    ) -> Self {
        Self::ResourceBlob { uri: uri.into(), mime_type: Some(mime_type.into()), blob: blob.into() }
    }

    /// A link to a resource.
    pub fn resource_link(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Link(ResourceLink::new(uri, name))
    }
}

impl From<ResourceLink> for Content {
    fn from(link: ResourceLink) -> Self {
        Self::Link(link)
    }
}

/// A pointer to a resource that the client can read on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceLink {
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) size: Option<u64>,
}

impl ResourceLink {
    /// A link with its address and a name for programs.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            name: name.into(),
            title: None,
            description: None,
            mime_type: None,
            size: None,
        }
    }

    /// A name for people.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What the resource holds.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Such as `text/csv`.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// The resource's size in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }
}

/// An icon that a client may show beside a tool: `#[tool(icons = Icon::new("https://…/pay.svg"))]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    pub(crate) src: Cow<'static, str>,
    pub(crate) mime_type: Option<Cow<'static, str>>,
    pub(crate) sizes: Vec<Cow<'static, str>>,
    pub(crate) theme: Option<IconTheme>,
}

/// The background that an icon is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconTheme {
    /// For light backgrounds.
    Light,
    /// For dark backgrounds.
    Dark,
}

impl Icon {
    /// An icon at an `https:` or `data:` address.
    pub fn new(src: impl Into<Cow<'static, str>>) -> Self {
        Self { src: src.into(), mime_type: None, sizes: Vec::new(), theme: None }
    }

    /// Such as `image/svg+xml`.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<Cow<'static, str>>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// A size that the icon suits: `48x48`, or `any` for one that scales. May be repeated.
    #[must_use]
    pub fn size(mut self, size: impl Into<Cow<'static, str>>) -> Self {
        self.sizes.push(size.into());
        self
    }

    /// The background that the icon is for.
    #[must_use]
    pub fn theme(mut self, theme: IconTheme) -> Self {
        self.theme = Some(theme);
        self
    }
}

/// What `icons = …` takes: an [`Icon`], an address, or several of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the icons of a tool",
    label = "neither an icon nor several",
    note = "write an address in quotes, an `mcp_runtime::Icon`, or a list of either: `icons = [\"https://example.com/invoice.png\"]`"
)]
pub trait IntoIcons {
    /// The icons.
    fn into_icons(self) -> Vec<Icon>;
}

impl IntoIcons for Icon {
    fn into_icons(self) -> Vec<Icon> {
        vec![self]
    }
}

impl IntoIcons for &'static str {
    fn into_icons(self) -> Vec<Icon> {
        vec![Icon::new(self)]
    }
}

impl<T: IntoIcons, const N: usize> IntoIcons for [T; N] {
    fn into_icons(self) -> Vec<Icon> {
        self.into_iter().flat_map(T::into_icons).collect()
    }
}

impl<T: IntoIcons> IntoIcons for Vec<T> {
    fn into_icons(self) -> Vec<Icon> {
        self.into_iter().flat_map(T::into_icons).collect()
    }
}
