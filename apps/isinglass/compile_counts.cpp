#include "compile_counts.hpp"

#include "base/memory.hpp"

#include <fmt/format.h>

namespace isinglass {

std::vector<std::pair<std::string, std::int64_t>> named_counts(const QcboCounts& counts) {
  return {{"spins", counts.spins()},
          {"parameter_bits", counts.parameter_bits},
          {"indicators", counts.indicators},
          {"slack_bits", counts.slack_bits},
          {"products", counts.products},
          {"rows", counts.rows()},
          {"one_hot_rows", counts.one_hot_rows},
          {"interval_rows", counts.interval_rows},
          {"symmetry_rows", counts.symmetry_rows},
          {"product_rows", counts.products},
          {"row_entries", counts.row_entries},
          {"objective_terms", counts.objective_terms},
          {"couplers", counts.couplers},
          {"largest_row_coefficient", counts.largest_row},
          {"largest_objective_coefficient", counts.largest_objective},
          {"coefficient_bits", counts.coefficient_bits()},
          {"memory_bytes", counts.qcbo_bytes()},
          {"qubo_memory_bytes", counts.qubo_bytes()}};
}

nlohmann::ordered_json counts_json(const std::string& config, const QcboCounts& counts, std::size_t samples) {
  nlohmann::ordered_json json{{"config", config}, {"samples", samples}};
  for (const auto& [name, count] : named_counts(counts)) json[name] = count;
  return json;
}

std::string counts_text(const nlohmann::ordered_json& json) {
  const auto number = [&](const char* key) { return json[key].get<std::int64_t>(); };
  std::string text = fmt::format("{}: {} samples\n", json["config"].get<std::string>(), number("samples"));
  text +=
      fmt::format("  spins        {}: {} parameter bits, {} indicators, {} slack bits, {} products\n", number("spins"),
                  number("parameter_bits"), number("indicators"), number("slack_bits"), number("products"));
  text += fmt::format("  rows         {}: {} one-hot, {} interval, {} symmetry; and {} product rows\n", number("rows"),
                      number("one_hot_rows"), number("interval_rows"), number("symmetry_rows"), number("product_rows"));
  text += fmt::format("  couplers     {} of the lifted QUBO; {} coefficients of rows, {} of the objective\n",
                      number("couplers"), number("row_entries"), number("objective_terms"));
  text +=
      fmt::format("  coefficients up to {} in rows, {} in the objective: {} bits\n", number("largest_row_coefficient"),
                  number("largest_objective_coefficient"), number("coefficient_bits"));
  text += fmt::format("  memory       {}; as a QUBO {}\n", bytes_text(number("memory_bytes")),
                      bytes_text(number("qubo_memory_bytes")));
  return text;
}

}  // namespace isinglass
