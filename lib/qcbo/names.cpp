#include "qcbo/problem.hpp"

#include <fmt/format.h>

namespace isinglass::qcbo {

namespace {

/// The variable's own sample, layer and unit: "s12.0.3", or "0.3" without a sample.
std::string place_of(const Variable& v) {
  return v.sample < 0 ? fmt::format("{}.{}", v.layer, v.unit) : fmt::format("s{}.{}.{}", v.sample, v.layer, v.unit);
}

std::string product_name(const Variable& v) {
  std::string name = fmt::format("u.{}", place_of(v));
  if (v.segment >= 0) name += fmt::format(".k{}", v.segment);
  if (v.slack >= 0) name += fmt::format(".v{}", v.slack);
  if (v.input >= 0) name += fmt::format(".n{}.w{}", v.input, v.bit);
  return name;
}

}  // namespace

std::string name_of(const Variable& v) {
  switch (v.kind) {
    case VariableKind::weight:
      return fmt::format("w.{}.{}.{}", place_of(v), v.input, v.bit);
    case VariableKind::bias:
      return fmt::format("b.{}.{}", place_of(v), v.bit);
    case VariableKind::indicator:
      return fmt::format("k.{}.{}", place_of(v), v.segment);
    case VariableKind::slack:
      return fmt::format("v.{}.{}", place_of(v), v.bit);
    case VariableKind::product:
      break;
  }
  return product_name(v);
}

}  // namespace isinglass::qcbo
