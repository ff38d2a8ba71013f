//! [`Stacked`]: layers around a function, and their names in order.

use tower::util::{Either, option_layer};
use tower::{Layer, layer::util::Identity};

use super::{LayerPlace, UserLayer};
use crate::policy::service::ToolService;
use crate::policy::{Room, Running};

/// A service with the names of its layers. A layer can only be added together with its name, so
/// the names are what is composed.
pub(super) struct Stacked<S> {
    service: S,
    /// Innermost first.
    names: Vec<&'static str>,
}

impl<S: Room> Stacked<S> {
    /// The function, with nothing around it.
    pub(super) fn around(function: S) -> Self {
        Self { service: function, names: Vec::new() }
    }

    /// Puts a layer around all that is there.
    pub(super) fn layer<L: Layer<S>>(self, name: &'static str, layer: L) -> Stacked<L::Service> {
        let Self { service, mut names } = self;
        names.push(name);
        Stacked { service: layer.layer(service), names }
    }

    /// The same, where there is one.
    pub(super) fn option_layer<L: Layer<S>>(
        self,
        name: &'static str,
        layer: Option<L>,
    ) -> Stacked<<Either<L, Identity> as Layer<S>>::Service> {
        let Self { service, mut names } = self;
        names.extend(layer.is_some().then_some(name));
        Stacked { service: option_layer(layer).layer(service), names }
    }

    /// Erases the types of rooms.
    pub(super) fn erased(self) -> Stacked<ToolService> {
        Stacked { service: ToolService::rooms(self.service), names: self.names }
    }
}

impl Stacked<ToolService> {
    /// Puts a layer around all that is there, where there is one, and erases the type.
    pub(super) fn within<L>(self, name: &'static str, layer: Option<L>) -> Self
    where
        L: Layer<ToolService, Service: Room<Future = Running>>,
    {
        let Self { service, mut names } = self;
        names.extend(layer.is_some().then_some(name));
        Self { service: service.within(layer), names }
    }

    /// Puts the layers from outside that stand at this place, the first of them outermost.
    pub(super) fn within_users(self, place: LayerPlace, layers: &[UserLayer]) -> Self {
        let here = layers.iter().rev().filter(|layer| layer.place == place);
        here.fold(self, |Self { service, mut names }, layer| {
            names.extend(place.names());
            // A layer from outside may wait between its call of what is further in and the first
            // look at the future: nothing has happened then.
            Self { service: (layer.wrap)(service.lazy()), names }
        })
    }

    /// The service, and the names of its layers in the order in which a call meets them.
    pub(super) fn finish(self) -> (ToolService, Vec<&'static str>) {
        let Self { service, mut names } = self;
        names.reverse();
        (service, names)
    }
}
