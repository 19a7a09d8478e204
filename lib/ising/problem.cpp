#include "ising/problem.hpp"

#include "base/error.hpp"
#include "ising/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// J s in double precision, for each form.
struct Multiply {
  std::span<const std::int8_t> spins;

  std::vector<double> operator()(const SparseCouplings& j) const {
    std::vector<double> out(spins.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
        out[i] += j.value[k] * spins[static_cast<std::size_t>(j.column[k])];
    return out;
  }
  std::vector<double> operator()(const DenseCouplings& j) const {
    std::vector<double> out(spins.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      for (std::size_t k = 0; k < out.size(); ++k) out[i] += j.value[i * out.size() + k] * spins[k];
    return out;
  }
  std::vector<double> operator()(const FactoredCouplings& j) const {
    const std::size_t n = spins.size();
    std::vector<double> out(n);
    for (std::size_t r = 0; r < j.weight.size(); ++r) {
      const float* row = j.factor.data() + r * n;
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(row[i]) * spins[i];
      for (std::size_t i = 0; i < n; ++i) {
        const double f = row[i];
        out[i] += j.weight[r] * f * (sum - f * spins[i]);  // without the diagonal
      }
    }
    return out;
  }
  std::vector<double> operator()(const MatrixFreeCouplings& j) const {
    const std::vector<float> x(spins.begin(), spins.end());
    std::vector<float> out(x.size());
    j.multiply(x, out, 1);
    return {out.begin(), out.end()};
  }
};

std::vector<double> multiplied(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  return std::visit(Multiply{spins}, problem.couplings);
}

DenseCouplings dense_by_columns(const IsingProblem& problem) {
  const std::size_t n = problem.spins;
  DenseCouplings dense{std::vector<double>(n * n)};
  const auto& free = std::get<MatrixFreeCouplings>(problem.couplings);
  std::vector<float> unit(n), column(n);
  for (std::size_t i = 0; i < n; ++i) {
    unit[i] = 1;
    free.multiply(unit, column, 1);
    unit[i] = 0;
    for (std::size_t k = 0; k < n; ++k) dense.value[i * n + k] = k == i ? 0.0 : static_cast<double>(column[k]);
  }
  return dense;
}

DenseCouplings dense_of_factors(std::size_t n, const FactoredCouplings& factored) {
  DenseCouplings dense{std::vector<double>(n * n)};
  for (std::size_t r = 0; r < factored.weight.size(); ++r) {
    const float* row = factored.factor.data() + r * n;
    for (std::size_t i = 0; i < n; ++i) {
      const double f = factored.weight[r] * row[i];
      if (f == 0) continue;
      for (std::size_t k = 0; k < n; ++k) dense.value[i * n + k] += f * static_cast<double>(row[k]);
    }
  }
  for (std::size_t i = 0; i < n; ++i) dense.value[i * n + i] = 0;
  return dense;
}

void check_sparse(const SparseCouplings& j, std::size_t spins) {
  if (j.start.size() != spins + 1 || j.column.size() != j.value.size() || j.start.back() != std::ssize(j.column))
    throw InputError("Ising problem: the sizes of the sparse couplings do not agree");
  for (std::size_t i = 0; i < spins; ++i)
    for (auto k = static_cast<std::size_t>(j.start[i]); k < static_cast<std::size_t>(j.start[i + 1]); ++k)
      if (j.column[k] < 0 || static_cast<std::size_t>(j.column[k]) >= spins || static_cast<std::size_t>(j.column[k]) == i ||
          !std::isfinite(j.value[k]))
        throw InputError(fmt::format("Ising problem: a coupling of spin {} is out of range or not finite", i));
}

void check_groups(const IsingProblem& problem) {
  std::vector<std::uint8_t> used(problem.spins);
  for (const OneHotGroup& group : problem.groups)
    for (const std::int32_t i : group) {
      if (i < 0 || static_cast<std::size_t>(i) >= problem.spins || used[static_cast<std::size_t>(i)] != 0)
        throw InputError(fmt::format("Ising problem: spin {} is out of range or in two one-hot groups", i));
      used[static_cast<std::size_t>(i)] = 1;
    }
}

}  // namespace

double energy(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  const std::vector<double> js = multiplied(problem, spins);
  double sum = problem.offset;
  for (std::size_t i = 0; i < js.size(); ++i) sum += (0.5 * js[i] + problem.fields[i]) * spins[i];
  return sum;
}

std::vector<double> local_fields(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  std::vector<double> fields = multiplied(problem, spins);
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i] += problem.fields[i];
  return fields;
}

bool keeps_groups(const IsingProblem& problem, std::span<const std::int8_t> spins) {
  return std::ranges::all_of(problem.groups, [&](const OneHotGroup& group) {
    return std::ranges::count_if(group, [&](std::int32_t i) { return spins[static_cast<std::size_t>(i)] > 0; }) == 1;
  });
}

DenseCouplings to_dense(const IsingProblem& problem) {
  const std::size_t n = problem.spins;
  if (n > largest_dense)
    throw InputError(
        fmt::format("{} spins: a dense matrix of more than {} rows is refused; use a machine that takes the problem "
                    "as it is (sb, dsb)",
                    n, largest_dense));
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) return *dense;
  if (const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings)) return dense_of_factors(n, *factored);
  if (std::holds_alternative<MatrixFreeCouplings>(problem.couplings)) return dense_by_columns(problem);
  const auto& sparse = std::get<SparseCouplings>(problem.couplings);
  DenseCouplings dense{std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i)
    for (auto k = static_cast<std::size_t>(sparse.start[i]); k < static_cast<std::size_t>(sparse.start[i + 1]); ++k)
      dense.value[i * n + static_cast<std::size_t>(sparse.column[k])] = sparse.value[k];
  return dense;
}

SparseCouplings to_sparse(const IsingProblem& problem) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return *sparse;
  const DenseCouplings dense = to_dense(problem);
  const std::size_t n = problem.spins;
  SparseCouplings sparse;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      if (dense.value[i * n + k] == 0) continue;
      sparse.column.push_back(static_cast<std::int32_t>(k));
      sparse.value.push_back(dense.value[i * n + k]);
    }
    sparse.start.push_back(std::ssize(sparse.column));
  }
  return sparse;
}

SparseCouplings sparse_couplings(std::size_t spins, std::span<const Coupling> pairs, const std::function<void()>& look) {
  constexpr std::size_t between_looks = std::size_t{1} << 20;
  // By rows: where each begins, then its entries in the order of the pairs.
  std::vector<std::size_t> at(spins + 1);
  for (const Coupling& c : pairs) {
    ++at[static_cast<std::size_t>(c.i)];
    ++at[static_cast<std::size_t>(c.j)];
  }
  std::exclusive_scan(at.begin(), at.end(), at.begin(), std::size_t{0});
  look();
  struct Entry {
    std::int32_t column;
    double value;
  };
  std::vector<Entry> entries(2 * pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Coupling& c = pairs[k];
    entries[at[static_cast<std::size_t>(c.i)]++] = {c.j, c.value};
    entries[at[static_cast<std::size_t>(c.j)]++] = {c.i, c.value};
    if ((k + 1) % between_looks == 0) look();
  }
  SparseCouplings sparse;
  sparse.start.reserve(spins + 1);
  sparse.column.reserve(entries.size());
  sparse.value.reserve(entries.size());
  std::size_t begin = 0, seen = 0;
  for (std::size_t i = 0; i < spins; begin = at[i++]) {  // at[i] is now the end of row i
    const std::span<Entry> row(entries.data() + begin, at[i] - begin);
    if (!std::ranges::is_sorted(row, {}, &Entry::column)) std::ranges::stable_sort(row, {}, &Entry::column);
    for (std::size_t k = 0; k < row.size();) {
      const std::int32_t column = row[k].column;
      double sum = 0;
      for (; k < row.size() && row[k].column == column; ++k) sum += row[k].value;
      if (sum == 0) continue;
      sparse.column.push_back(column);
      sparse.value.push_back(sum);
    }
    sparse.start.push_back(std::ssize(sparse.column));
    if ((seen += row.size() + 1) >= between_looks) {
      seen = 0;
      look();
    }
  }
  return sparse;
}

IsingProblem with_group_penalties(const IsingProblem& problem, double penalty) {
  // With x = (1 + s) / 2 and k spins: (sum x - 1)^2 = (sum s + k - 2)^2 / 4, and s^2 = 1.
  std::vector<Coupling> pairs;
  const SparseCouplings sparse = to_sparse(problem);
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (auto k = static_cast<std::size_t>(sparse.start[i]); k < static_cast<std::size_t>(sparse.start[i + 1]); ++k)
      if (static_cast<std::size_t>(sparse.column[k]) > i)
        pairs.push_back({static_cast<std::int32_t>(i), sparse.column[k], sparse.value[k]});
  IsingProblem penalised{problem.spins, SparseCouplings{}, problem.fields, problem.offset};
  for (const OneHotGroup& group : problem.groups) {
    const double shift = static_cast<double>(group.size()) - 2;
    penalised.offset += penalty * (shift * shift + static_cast<double>(group.size())) / 4;
    for (std::size_t a = 0; a < group.size(); ++a) {
      penalised.fields[static_cast<std::size_t>(group[a])] += penalty * shift / 2;
      for (std::size_t b = a + 1; b < group.size(); ++b) pairs.push_back({group[a], group[b], penalty / 2});
    }
  }
  penalised.couplings = sparse_couplings(problem.spins, pairs);
  return penalised;
}

void check(const IsingProblem& problem) {
  if (problem.fields.size() != problem.spins)
    throw InputError(fmt::format("Ising problem: {} fields for {} spins", problem.fields.size(), problem.spins));
  if (!std::ranges::all_of(problem.fields, [](double h) { return std::isfinite(h); }) || !std::isfinite(problem.offset))
    throw InputError("Ising problem: a field or the offset is not finite");
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) check_sparse(*sparse, problem.spins);
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) {
    if (dense->value.size() != problem.spins * problem.spins ||
        !std::ranges::all_of(dense->value, [](double v) { return std::isfinite(v); }))
      throw InputError("Ising problem: the dense couplings have a wrong size or are not finite");
  }
  if (const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings)) {
    if (factored->factor.size() != factored->weight.size() * problem.spins)
      throw InputError("Ising problem: the sizes of the factored couplings do not agree");
  }
  check_groups(problem);
  if (!(energy_size(problem) <= largest_energy_size))
    throw InputError(fmt::format(
        "Ising problem: energies may overflow: the magnitudes of all coefficients add up to more than {:.3g}; scale "
        "them down",
        largest_energy_size));
}

}  // namespace isinglass
