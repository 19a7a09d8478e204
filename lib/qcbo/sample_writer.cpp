#include "qcbo/sample_writer.hpp"

#include "network/forward.hpp"

#include <algorithm>

namespace isinglass::qcbo {

void SampleWriter::write(std::size_t sample, std::int64_t first) {
  sample_ = sample;
  global_sample_ = static_cast<std::int64_t>(plan_.samples().first + sample);
  blocks_ = plan_.blocks(sample, first);
  for (std::size_t l = 0; l < plan_.layers(); ++l) {
    if (!plan_.is_built(sample, l)) continue;
    add_weight_products(l);
    add_unit_variables(l);
    for (int j = 0; j < plan_.layer(l).units; ++j) {
      add_unit_products(l, j);
      add_rows(l, j);
    }
  }
  for (int c = 0; c < plan_.architecture().outputs(); ++c) add_loss(plan_.layers() - 1, c);
}

int SampleWriter::sign_of(std::size_t l, int unit) const {
  if (!plan_.layer(l).is_output()) return 1;
  return network::target_sign(plan_.architecture().outputs(), unit, plan_.samples().labels[sample_]);
}

Variable SampleWriter::place(VariableKind kind, std::size_t l, int unit) const {
  Variable v;
  v.kind = kind;
  v.sample = global_sample_;
  v.layer = static_cast<int>(l);
  v.unit = unit;
  return v;
}

Variable SampleWriter::local_variable(std::size_t l, int j, int local) const {
  const UnitPlan& plan = unit(l);
  const auto segment = [&](int piece) { return plan.pieces[static_cast<std::size_t>(piece)].segment; };
  if (local < plan.indicators) {
    Variable v = place(VariableKind::indicator, l, j);
    v.segment = segment(local);
    return v;
  }
  if (local < plan.indicators + plan.slack) {
    Variable v = place(VariableKind::slack, l, j);
    v.bit = local - plan.indicators;
    return v;
  }
  const LocalProduct product = plan.products[static_cast<std::size_t>(local - plan.indicators - plan.slack)];
  Variable v = place(VariableKind::product, l, j);
  v.segment = segment(product.piece);
  v.slack = product.bit;
  return v;
}

void SampleWriter::add_unit_variables(std::size_t l) {
  for (int j = 0; j < plan_.layer(l).units; ++j)
    for (int local = 0; local < unit(l).variables(); ++local) out_.variables.push_back(local_variable(l, j, local));
}

void SampleWriter::add_unit_products(std::size_t l, int j) {
  const UnitPlan& plan = unit(l);
  const std::int64_t start = unit_start(l, j);
  for (std::size_t p = 0; p < plan.products.size(); ++p)
    out_.products.push_back({start + plan.product_at(static_cast<int>(p)), start + plan.products[p].piece,
                             start + plan.slack_at(plan.products[p].bit)});
}

void SampleWriter::add_weight_products(std::size_t l) {
  const LayerInput input = plan_.input(sample_, l);
  if (input.active.empty()) return;
  const network::Layer& layer = plan_.layer(l);
  std::int64_t u = blocks_[l].products, w = parameters_[l].weights;
  for (int j = 0; j < layer.units; ++j)
    for (int i = 0; i < layer.inputs; ++i, w += layer.weights.bits())
      for (const LocalTerm& term : input.active) {
        Variable v = local_variable(l - 1, i, term.variable);
        v.slack = v.kind == VariableKind::slack ? v.bit : v.slack;
        v.kind = VariableKind::product;
        v.input = j;
        const std::int64_t factor = unit_start(l - 1, i) + term.variable;
        for (v.bit = 0; v.bit < layer.weights.bits(); ++v.bit) {
          out_.variables.push_back(v);
          out_.products.push_back({u++, w + v.bit, factor});
        }
      }
}

LinearForm SampleWriter::z_of(std::size_t l, int j) const {
  const network::Layer& layer = plan_.layer(l);
  const LayerInput input = plan_.input(sample_, l);
  const int bits = layer.weights.bits();
  LinearForm z;
  const auto add = [&](std::int64_t variable, std::int64_t coefficient) {
    if (coefficient != 0) z.entries.push_back({variable, coefficient});
  };
  z.constant = static_cast<std::int64_t>(layer.bias_unit) * layer.bias.offset;
  std::int64_t w = parameters_[l].weights + static_cast<std::int64_t>(j) * layer.inputs * bits;
  for (int i = 0; i < layer.inputs; ++i) {
    const std::int64_t x = input.at(i);
    z.constant += x * layer.weights.offset;
    for (const int step : layer.weights.steps) add(w++, x * step);
  }
  std::int64_t b = parameters_[l].biases + static_cast<std::int64_t>(j) * layer.bias.bits();
  for (const int step : layer.bias.steps) add(b++, static_cast<std::int64_t>(layer.bias_unit) * step);
  // (offset + sum_b step_b w_b) (coefficient v) = offset coefficient v + sum_b step_b coefficient u_b
  std::int64_t u = blocks_[l].products + static_cast<std::int64_t>(input.active.size()) * layer.inputs * bits * j;
  for (int i = 0; i < layer.inputs && !input.active.empty(); ++i)
    for (const LocalTerm& term : input.active) {
      add(unit_start(l - 1, i) + term.variable, term.coefficient * layer.weights.offset);
      for (const int step : layer.weights.steps) add(u++, term.coefficient * step);
    }
  return z;
}

void SampleWriter::add_entry(std::int64_t variable, std::int64_t coefficient) { out_.rows.add(variable, coefficient); }

void SampleWriter::finish_row(RowKind kind, std::int64_t rhs) { out_.rows.finish(kind, rhs, global_sample_); }

void SampleWriter::add_one_hot(const UnitPlan& unit, std::int64_t first) {
  if (unit.indicators == 0) return;
  for (int k = 0; k < unit.indicators; ++k) add_entry(first + k, 1);
  finish_row(RowKind::one_hot, 1);
}

void SampleWriter::add_rows(std::size_t l, int j) {
  const UnitPlan& plan = unit(l);
  if (!plan.has_row) return;
  const std::int64_t start = unit_start(l, j);
  add_one_hot(plan, start);
  const int sign = sign_of(l, j);
  const LinearForm z = z_of(l, j);
  for (const LinearForm::Entry& entry : z.entries) add_entry(entry.variable, sign * entry.coefficient);
  for (const LocalTerm& term : plan.row) add_entry(start + term.variable, term.coefficient);
  finish_row(RowKind::interval, plan.rhs - sign * z.constant);
}

void SampleWriter::add_loss(std::size_t l, int c) {
  const UnitPlan& plan = unit(l);
  if (!plan.direct) {
    const std::int64_t start = unit_start(l, c);
    for (const LocalPair& pair : plan.objective)
      out_.objective.push_back({start + pair.i, start + pair.j, pair.coefficient});
    return;
  }
  if (plan.needs_z())
    add_direct_loss(*plan.direct, z_of(l, c), sign_of(l, c));
  else
    out_.constant += plan.direct->constant;
}

/// constant + linear (y z - from) + quadratic (y z - from)^2 with z = z0 + sum c x: with e = y z0 - from and y^2 = 1 it
/// is constant + linear e + quadratic e^2 + (y (linear + 2 quadratic e)) sum c x + quadratic (sum c x)^2.
void SampleWriter::add_direct_loss(const network::LossPiece& piece, const LinearForm& z, int sign) {
  const std::int64_t e = sign * z.constant - piece.from, slope = sign * (piece.linear + 2 * piece.quadratic * e);
  out_.constant += piece.constant + piece.linear * e + piece.quadratic * e * e;
  for (std::size_t a = 0; a < z.entries.size(); ++a) {
    const auto [i, c] = z.entries[a];
    const std::int64_t own = slope * c + piece.quadratic * c * c;
    if (own != 0) out_.objective.push_back({i, i, own});
    for (std::size_t b = a + 1; b < z.entries.size() && piece.quadratic != 0; ++b) {
      const auto [j, d] = z.entries[b];
      out_.objective.push_back({std::min(i, j), std::max(i, j), 2 * piece.quadratic * c * d});
    }
  }
}

}  // namespace isinglass::qcbo
