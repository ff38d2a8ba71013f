//! [`Stacked`]: layers around a function, and their names in order.

use tower::util::{Either, option_layer};
use tower::{Layer, layer::util::Identity};

use super::{LayerPlace, UserLayer};
use crate::policy::service::ToolService;
use crate::policy::{Room, Running};

/// A room with the names of its layers. A layer can only be added together with its name, so
/// the names are what is composed.
pub(super) struct Stacked<R> {
    room: R,
    /// Innermost first.
    names: Vec<&'static str>,
}

impl<R: Room> Stacked<R> {
    /// The function, with nothing around it.
    pub(super) fn around(function: R) -> Self {
        Self { room: function, names: Vec::new() }
    }

    /// Puts a layer around all that is there.
    pub(super) fn layer<L: Layer<R>>(self, name: &'static str, layer: L) -> Stacked<L::Service> {
        let Self { room, mut names } = self;
        names.push(name);
        Stacked { room: layer.layer(room), names }
    }

    /// The same, where there is one.
    pub(super) fn option_layer<L: Layer<R>>(
        self,
        name: &'static str,
        layer: Option<L>,
    ) -> Stacked<<Either<L, Identity> as Layer<R>>::Service> {
        let Self { room, mut names } = self;
        names.extend(layer.is_some().then_some(name));
        Stacked { room: option_layer(layer).layer(room), names }
    }

    /// Erases the types of rooms.
    pub(super) fn erased(self) -> Stacked<ToolService> {
        Stacked { room: ToolService::rooms(self.room), names: self.names }
    }
}

impl Stacked<ToolService> {
    /// Puts a layer around all that is there, where there is one, and erases the type.
    pub(super) fn within<L>(self, name: &'static str, layer: Option<L>) -> Self
    where
        L: Layer<ToolService, Service: Room<Future = Running>>,
    {
        let Self { room, mut names } = self;
        names.extend(layer.is_some().then_some(name));
        Self { room: room.within(layer), names }
    }

    /// Puts the layers from outside that stand at this place, the first of them outermost.
    pub(super) fn within_users(self, place: LayerPlace, layers: &[UserLayer]) -> Self {
        let here = layers.iter().rev().filter(|layer| layer.place == place);
        here.fold(self, |Self { room, mut names }, layer| {
            names.extend(place.names());
            // A layer from outside may wait between its call of what is further in and the first
            // look at the future: nothing has happened then.
            Self { room: (layer.wrap)(room.lazy()), names }
        })
    }

    /// The room, and the names of its layers in the order in which a call meets them.
    pub(super) fn finish(self) -> (ToolService, Vec<&'static str>) {
        let Self { room, mut names } = self;
        names.reverse();
        (room, names)
    }
}
