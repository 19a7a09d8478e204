#include "config/checks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

void check_data(const DataConfig& data, const Complaint& complain) {
  if (data.classes.size() == 1) complain("data.classes", "expected at least two classes, found one");
  std::set<std::string> seen;
  for (const std::string& name : data.classes) {
    if (!seen.insert(name).second) complain("data.classes", fmt::format("class {} is listed twice", name));
  }
  if (data.dataset == DataSource::idx && data.directory.empty()) {
    complain("data.directory", "dataset idx needs the folder of its four files");
  }
}

/// Sign is its own spline, so that what shapes other splines would be ignored.
void check_sign(const LayerConfig& layer, const std::string& name, const Complaint& complain) {
  if (layer.segments != 2) complain(name + ".segments", fmt::format("sign has 2 segments, found {}", layer.segments));
  if (layer.degree != 0) complain(name + ".degree", fmt::format("sign has degree 0, found {}", layer.degree));
  if (layer.knots != Knots::uniform) complain(name + ".knots", "sign has its one knot at 0: leave this key out");
}

void check_points(const LayerConfig& layer, const std::string& name, const Complaint& complain) {
  const std::string key = name + ".points";
  if (layer.activation != Activation::table) {
    if (!layer.points.empty())
      complain(key, fmt::format("points are for activation table, found {}", name_of(layer.activation)));
    return;
  }
  if (layer.points.empty())
    return complain(name + ".activation", "table needs its points: add `points: [[x, y], ...]`");
  if (layer.points.size() == 1) complain(key, "expected two points or more, found one");
  for (std::size_t i = 1; i < layer.points.size(); ++i) {
    const double before = layer.points[i - 1][0], x = layer.points[i][0];
    if (!(before < x)) return complain(key, fmt::format("expected x ascending, found {} after {}", x, before));
  }
}

/// A layer of filters needs a kind of filter and a size of its units that can be drawn.
void check_filters(const FiltersConfig& filters, const std::string& name, const Complaint& complain) {
  constexpr std::size_t most_literals = 8;
  if (filters.kinds.empty()) complain(name + ".kinds", "expected at least one kind of filters");
  const auto is_positive = [](double share) { return share > 0; };
  if (!filters.kinds.empty() && std::ranges::none_of(filters.kinds, is_positive, &FilterKindConfig::share))
    complain(name + ".kinds", "expected a kind whose share is above 0");
  if (filters.literal_shares.size() > most_literals)
    complain(name + ".literal_shares",
             fmt::format("expected at most {} shares, found {}", most_literals, filters.literal_shares.size()));
  if (std::ranges::none_of(filters.literal_shares, is_positive))
    complain(name + ".literal_shares", "expected a share above 0");
}

void check_network(const NetworkConfig& network, const Complaint& complain) {
  if (network.hidden.empty()) complain("network.hidden", "expected at least one hidden layer");
  if (network.hidden.size() > most_hidden_layers)
    return complain("network.hidden", fmt::format("expected at most {} hidden layers, found {}", most_hidden_layers,
                                                  network.hidden.size()));
  for (std::size_t i = 0; i < network.hidden.size(); ++i) {
    const LayerConfig& layer = network.hidden[i];
    const std::string name = fmt::format("network.hidden.{}", i);
    if (layer.kind == LayerKind::filters) {
      if (i > 0) complain(name + ".kind", "only the first hidden layer may be of filters");
      check_filters(layer.filters, name + ".filters", complain);
      continue;
    }
    if (layer.activation == Activation::sign) check_sign(layer, name, complain);
    check_points(layer, name, complain);
  }
}

void check_cooling(const std::string& section, const std::string& hot_key, double hot, double cold,
                   const Complaint& complain) {
  if (cold <= hot) return;
  complain(section + ".cold_temperature",
           fmt::format("expected at most {}.{} = {}, found {}", section, hot_key, hot, cold));
}

/// A whole training problem is for the kinds that have an oracle for it.
void check_machine(const MachineConfig& machine, const Complaint& complain) {
  if (machine.subproblems.blocks != Blocks::none) return;
  if (!takes_whole_problem(machine.kind))
    complain("machine.kind", fmt::format("{} takes small problems only: set machine.subproblems.blocks to neurons or "
                                         "neurons_and_samples, or use one of sa, bsb, dsb, cim, cac",
                                         name_of(machine.kind)));
}

}  // namespace

void check_readout(const Config& config, const Complaint& complain) {
  const ReadoutConfig& readout = config.readout;
  if (readout.hot_temperature > 0 && readout.cold_temperature > 0)
    check_cooling("readout", "hot_temperature", readout.hot_temperature, readout.cold_temperature, complain);
  if ((readout.hot_temperature > 0) != (readout.cold_temperature > 0))
    complain("readout.cold_temperature", "set both temperatures, or neither: then they follow from the network");
  if (!anneals_readout(config)) return;
  if (config.network.output.weights != "1bit")
    complain("network.output.weights",
             fmt::format("an output layer on filters is annealed with weights of 1bit, found {}; method qcgd or qat "
                         "takes others",
                         config.network.output.weights));
  if (config.parallel.replica_groups > 1)
    complain("parallel.replica_groups", "all ranks anneal one output layer on filters: leave this key out");
}

/// Stages of filters choose their units on the way, so that no network precedes them; filters that are trained change
/// the inputs of the layers of another phase.
void check_initial(const Config& config, const Complaint& complain) {
  if (config.initial.empty())
    complain("initial", "expected random, qat, or the name of a file or run folder, found nothing");
  if (!has_initial(config)) return;
  if (anneals_readout(config))
    complain("initial", "an output layer on filters is annealed stage by stage from nothing: leave this key out");
  if (config.method == Method::qat && begins_with_qat(config))
    complain("initial", "method qat is what this asks for already: leave this key out");
  if (trains_filters(config))
    complain("initial", "filters that are trained start as they are drawn: leave this key out");
  if (config.method != Method::qat && has_filters(config.network) && config.qat.filters == FilterUse::trained)
    complain("qat.filters", "a first phase of qat trains on drawn filters: leave this key out");
}

void check_consistency(const Config& config, ConfigUse use, const Complaint& complain) {
  check_data(config.data, complain);
  check_network(config.network, complain);
  if (use != ConfigUse::solving) check_readout(config, complain);
  if (use != ConfigUse::solving) check_initial(config, complain);
  if (use != ConfigUse::solving) check_machine(config.machine, complain);
  const WholeConfig& whole = config.machine.whole;
  check_cooling("machine.whole", "hot_temperature", whole.hot_temperature, whole.cold_temperature, complain);
  if (config.machine.sa.hot_temperature > 0)
    check_cooling("machine.sa", "hot_temperature", config.machine.sa.hot_temperature,
                  config.machine.sa.cold_temperature, complain);
  check_cooling("anneal", "hot_temperature", config.anneal.hot_temperature, config.anneal.cold_temperature, complain);
  check_cooling("anneal", "polish_hot_temperature", config.anneal.polish_hot_temperature,
                config.anneal.cold_temperature, complain);
  if (config.output.directory.empty()) complain("output.directory", "expected the name of a folder, found nothing");
}

}  // namespace isinglass::config
