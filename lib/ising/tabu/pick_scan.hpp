// No #pragma once: pick.cpp includes this once an instruction set, in a namespace with that set's Ops and under its target
// pragma, so that one source is compiled for each.
//
// Ops<Cost> has the types Best (least cost of each of pick_lanes<Cost> lanes and where), Constants, and the functions used
// here.

/// cost and position of all lanes.
template <class Cost>
struct Stored {
  Cost cost[pick_lanes<Cost>];
  Stamp<Cost> position[pick_lanes<Cost>];
};

/// Blocks [from, to) with positions from `position`.
template <bool plus, class Cost, class Row>
void scan(typename Ops<Cost>::Best& best, const Change<Cost, Row>& change, const MoveView<Cost>& view, std::size_t from,
          std::size_t to, std::size_t position) {
  const typename Ops<Cost>::Constants constants(view.now, view.aspiration);
  auto at = static_cast<Stamp<Cost>>(position);
  for (std::size_t b = from; b < to; ++b, ++at) {
    const std::size_t i = b * pick_lanes<Cost>;
    if constexpr (!std::is_same_v<Row, NoRow>)
      Ops<Cost>::template change<plus>(change.cost + i, change.row + i, change.sign + i);
    Ops<Cost>::consider(best, constants, view.cost + i, view.until + i, at);
  }
}

template <bool plus, class Cost, class Row>
Pick<Cost> scan_all(const Change<Cost, Row>& change, const MoveView<Cost>& view) {
  const std::size_t blocks = view.size / pick_lanes<Cost>;
  typename Ops<Cost>::Best best(std::numeric_limits<Cost>::max());
  scan<plus>(best, change, view, view.first_block, blocks, 0);
  scan<plus>(best, change, view, 0, view.first_block, blocks - view.first_block);
  Stored<Cost> stored;
  best.store(stored.cost, stored.position);
  return first_of_least(stored.cost, stored.position, view.first_block, blocks);
}

template <class Cost, class Row>
Pick<Cost> picked(const Change<Cost, Row>& change, const MoveView<Cost>& view) {
  return change.plus ? scan_all<true>(change, view) : scan_all<false>(change, view);
}

template <class Cost, class Row>
void updated(const Change<Cost, Row>& change, std::size_t size) {
  for (std::size_t i = 0; i < size; i += pick_lanes<Cost>) {
    if (change.plus)
      Ops<Cost>::template change<true>(change.cost + i, change.row + i, change.sign + i);
    else
      Ops<Cost>::template change<false>(change.cost + i, change.row + i, change.sign + i);
  }
}
