//! Rows with things at their right end. egui's own way (a layout from right to left) would make Tab go backwards; here they are
//! made in the order in which one reads.

use egui::{Align, Id, Layout, Rect, Ui, UiBuilder, pos2};

/// Draws `left` into the room that `right` leaves, then `right` at the end of the row; both may change `state`. How wide the
/// right end is follows from the last pass.
pub fn row<T>(
    ui: &mut Ui,
    salt: &str,
    state: &mut T,
    left: impl FnOnce(&mut Ui, &mut T),
    right: impl FnOnce(&mut Ui, &mut T),
) {
    let all = ui.available_rect_before_wrap();
    let id = ui.scope_id().with(salt);
    let known = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or_default();
    let gap = ui.spacing().item_spacing.x;
    let height = ui.spacing().interact_size.y.max(all.height().min(46.0));
    let border = (all.right() - known - gap).max(all.left());
    let part = |ui: &mut Ui, x: std::ops::RangeInclusive<f32>, salt: Id| {
        let place = Rect::from_x_y_ranges(x, all.top()..=all.top() + height);
        let layout = Layout::left_to_right(Align::Center);
        let builder = UiBuilder::new()
            .max_rect(place)
            .id_salt(salt)
            .layout(layout);
        ui.new_child(builder)
    };
    let mut beginning = part(ui, all.left()..=border, id.with("left"));
    left(&mut beginning, state);
    let mut end = part(ui, all.right() - known..=all.right(), id.with("right"));
    right(&mut end, state);
    let used = end.min_rect();
    let wide = used.right() - (all.right() - known);
    if (wide - known).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, wide));
        ui.ctx()
            .request_discard("the end of a row has another width");
    }
    let bottom = beginning.min_rect().union(used).bottom();
    ui.advance_cursor_after_rect(Rect::from_min_max(all.min, pos2(all.right(), bottom)));
}
