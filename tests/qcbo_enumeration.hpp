#pragma once

#include "namespaces.hpp"
#include "qcbo/point.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace isinglass::testing {

/// All feasible binary points of a QCBO that one rank holds, from its rows and products alone: depth-first search over
/// the variables with propagation of bounds.
class Enumeration {
public:
  explicit Enumeration(const Qcbo& qcbo) : qcbo_(qcbo), value_(static_cast<std::size_t>(qcbo.all_variables), unknown) {
    const Rows& rows = qcbo.rows;
    row_entries_.resize(value_.size());
    products_.resize(value_.size());
    partners_.resize(value_.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      least_.push_back(-rows.rhs[r]);
      most_.push_back(-rows.rhs[r]);
      for (auto e = rows.entries(r); e; ++e) {
        const std::int64_t c = e.value();
        row_entries_[at(e.col())].push_back({r, c});
        (c < 0 ? least_ : most_)[r] += c;
      }
    }
    for (std::size_t p = 0; p < qcbo.products.size(); ++p)
      for (const std::int64_t v : {qcbo.products[p].u, qcbo.products[p].w, qcbo.products[p].b})
        products_[at(v)].push_back(p);
    for (const Term& term : qcbo.objective) {
      partners_[at(term.i)].push_back(term.j);
      partners_[at(term.j)].push_back(term.i);
    }
  }

  /// Calls `visit` for each feasible point. A bit that nothing depends on any longer (the slack of a piece that is not
  /// chosen) is visited as 0 only.
  void visit(const std::function<void(const BinaryPoint&)>& visit) {
    for (std::size_t r = 0; r < least_.size(); ++r)
      if (!tighten(r)) return;
    search(0, visit);
  }

private:
  static constexpr std::int8_t unknown = -1;
  struct Entry {
    std::size_t row = 0;
    std::int64_t coefficient = 0;
  };
  static std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

  void search(std::size_t v, const std::function<void(const BinaryPoint&)>& visit) {
    while (v < value_.size() && value_[v] != unknown) ++v;
    if (v == value_.size()) return visit(point());
    for (const int choice : {0, 1}) {
      if (choice == 1 && is_free(v)) return;
      const std::size_t mark = trail_.size();
      if (assign(v, choice) && propagate(mark)) search(v + 1, visit);
      undo(mark);
    }
  }

  /// True if v is no parameter, in no row, and all it is multiplied with is 0.
  [[nodiscard]] bool is_free(std::size_t v) const {
    const auto is_zero = [&](std::int64_t other) { return value_[at(other)] == 0; };
    if (v < at(qcbo_.parameters) || !row_entries_[v].empty()) return false;
    for (const std::size_t p : products_[v]) {
      const Product& product = qcbo_.products[p];
      if (at(product.u) == v || !is_zero(at(product.w) == v ? product.b : product.w)) return false;
    }
    return std::all_of(partners_[v].begin(), partners_[v].end(), is_zero);
  }

  bool assign(std::size_t v, int choice) {
    if (value_[v] != unknown) return value_[v] == choice;
    value_[v] = static_cast<std::int8_t>(choice);
    trail_.push_back(v);
    for (const Entry& entry : row_entries_[v]) shift(entry, choice, 1);
    return true;
  }

  /// A fixed variable takes its part out of the interval of the row's sum.
  void shift(const Entry& entry, int choice, int sign) {
    const std::int64_t c = sign * entry.coefficient;
    if (entry.coefficient > 0) (choice == 1 ? least_[entry.row] += c : most_[entry.row] -= c);
    if (entry.coefficient < 0) (choice == 1 ? most_[entry.row] += c : least_[entry.row] -= c);
  }

  void undo(std::size_t mark) {
    while (trail_.size() > mark) {
      const std::size_t v = trail_.back();
      trail_.pop_back();
      for (const Entry& entry : row_entries_[v]) shift(entry, value_[v], -1);
      value_[v] = unknown;
    }
  }

  bool propagate(std::size_t from) {
    for (; from < trail_.size(); ++from) {
      const std::size_t v = trail_[from];
      for (const Entry& entry : row_entries_[v])
        if (!tighten(entry.row)) return false;
      for (const std::size_t p : products_[v])
        if (!tighten_product(qcbo_.products[p])) return false;
    }
    return true;
  }

  bool tighten(std::size_t r) {
    if (least_[r] > 0 || most_[r] < 0) return false;
    const Rows& rows = qcbo_.rows;
    for (auto e = rows.entries(r); e; ++e) {
      const std::size_t v = at(e.col());
      const std::int64_t c = e.value();
      if (value_[v] != unknown) continue;
      const bool cannot_be_1 = c > 0 ? least_[r] + c > 0 : most_[r] + c < 0;
      const bool cannot_be_0 = c > 0 ? most_[r] - c < 0 : least_[r] - c > 0;
      if (cannot_be_0 && cannot_be_1) return false;
      if (cannot_be_0 || cannot_be_1) static_cast<void>(assign(v, cannot_be_1 ? 0 : 1));
    }
    return true;
  }

  bool tighten_product(const Product& product) {
    const auto u = value_[at(product.u)], w = value_[at(product.w)], b = value_[at(product.b)];
    if (w == 0 || b == 0) return assign(at(product.u), 0);
    if (w == 1 && b == 1) return assign(at(product.u), 1);
    if (u == 1) return assign(at(product.w), 1) && assign(at(product.b), 1);
    if (u == 0 && w == 1) return assign(at(product.b), 0);
    if (u == 0 && b == 1) return assign(at(product.w), 0);
    return true;
  }

  [[nodiscard]] BinaryPoint point() const {
    const auto parameters = static_cast<std::ptrdiff_t>(qcbo_.parameters);
    return {
        {value_.begin(), value_.begin() + parameters}, {value_.begin() + parameters, value_.end()}, qcbo_.parameters};
  }

  const Qcbo& qcbo_;
  std::vector<std::int8_t> value_;
  std::vector<std::vector<Entry>> row_entries_;
  std::vector<std::vector<std::size_t>> products_;
  std::vector<std::vector<std::int64_t>> partners_;
  std::vector<std::int64_t> least_, most_;  // of the row's sum minus its right-hand side
  std::vector<std::size_t> trail_;
};

}  // namespace isinglass::testing
