#include "qcbo/compile.hpp"

#include "qcbo/sample_writer.hpp"
#include "qcbo/symmetry.hpp"

namespace isinglass::qcbo {

namespace {

/// The parameter bits in the order of NetworkBits.
std::vector<Variable> parameter_variables(const network::Architecture& architecture) {
  std::vector<Variable> variables;
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    Variable v;
    v.layer = static_cast<int>(l);
    for (v.unit = 0; v.unit < layer.units; ++v.unit)
      for (v.input = 0; v.input < layer.inputs; ++v.input)
        for (v.bit = 0; v.bit < layer.weights.bits(); ++v.bit) variables.push_back(v);
    v.kind = VariableKind::bias;
    v.input = -1;
    for (v.unit = 0; v.unit < layer.units; ++v.unit)
      for (v.bit = 0; v.bit < layer.bias.bits(); ++v.bit) variables.push_back(v);
  }
  return variables;
}

/// Variables of all ranks before this one, and of all: sums over the ranks.
struct Numbering {
  std::int64_t before = 0, all = 0;
};

Numbering number(std::int64_t here, const parallel::Communicator& comm) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(comm.size()));
  counts[static_cast<std::size_t>(comm.rank())] = here;
  comm.all_sum(counts);
  Numbering numbering;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    if (r < static_cast<std::size_t>(comm.rank())) numbering.before += counts[r];
    numbering.all += counts[r];
  }
  return numbering;
}

}  // namespace

Compiler::Compiler(const ProblemPlan& plan, const parallel::Communicator& comm)
    : plan_(plan), is_root_(comm.is_root()) {
  parameters_ = parameter_layout(plan.architecture()).back().end;
  const std::int64_t symmetry = has_symmetry_rows() ? symmetry_variables(plan.architecture()) : 0;
  std::int64_t here = symmetry;
  for (std::size_t s = 0; s < plan.samples().size(); ++s) {
    starts_.push_back(here);
    here += plan.variables(s);
  }
  starts_.push_back(here);
  const Numbering numbering = number(here, comm);
  for (std::int64_t& start : starts_) start += parameters_ + numbering.before;
  all_variables_ = parameters_ + numbering.all;
}

Qcbo Compiler::block(std::size_t first, std::size_t last) const {
  const network::Architecture& architecture = plan_.architecture();
  Qcbo out;
  out.parameters = parameters_;
  out.first_variable = starts_[first];
  out.all_variables = all_variables_;
  out.shared = parameter_variables(architecture);
  out.unit = plan_.loss().unit;
  out.variables.reserve(static_cast<std::size_t>(starts_[last] - starts_[first]));
  if (has_symmetry_rows() && first == 0) {
    out.first_variable = parameters_;
    add_symmetry_rows(architecture, parameters_, out);
  }
  const std::vector<ParameterLayout> parameters = parameter_layout(architecture);
  SampleWriter writer(plan_, parameters, out);
  for (std::size_t s = first; s < last; ++s) writer.write(s, starts_[s]);
  return out;
}

Qcbo compile(const network::Architecture& architecture, const network::LossSpline& loss, const data::Samples& shard,
             const CompileOptions& options, const parallel::Communicator& comm) {
  const ProblemPlan plan(architecture, loss, shard, options, comm);
  return Compiler(plan, comm).block(0, shard.size());
}

}  // namespace isinglass::qcbo
