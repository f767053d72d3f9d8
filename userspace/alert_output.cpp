// SPDX-License-Identifier: Apache-2.0
#include "alert_output.h"

#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr std::chrono::seconds patience_at_end{2};
constexpr std::size_t most_in_one_post = 64;
// Three repeats may be lost before Alertmanager takes it for resolved; Prometheus has the same.
constexpr std::uint64_t repeats_until_expiry = 4;

std::uint64_t in_ns(std::chrono::milliseconds duration) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

// Without this one the same trouble on two hosts would be one alert.
void add_instance(AlertLabels& labels) {
  const auto is_instance = [](const auto& label) { return label.first == "instance"; };
  utsname name{};
  if (std::ranges::any_of(labels, is_instance) || uname(&name) != 0) return;
  labels.emplace_back("instance", static_cast<const char*>(name.nodename));
}

std::string alertmanager_url(std::string url) {
  if (url.ends_with('/')) url.pop_back();
  return url + "/api/v2/alerts";
}

bool is_line(const Alert& alert) {
  return alert.change != AlertChange::repeated && alert.change != AlertChange::replaced;
}

}  // namespace

Result<std::unique_ptr<AlertOutput>> AlertOutput::open(const Config& config, bool send,
                                                       std::chrono::milliseconds interval, Complain complain) {
  AlertRules rules = config.rules;
  if (config.alertmanager) rules.repeat_ns = in_ns(config.alertmanager->repeat_interval);
  AlertOrigin origin{config.labels, config.generator_url};
  add_instance(origin.labels);
  std::unique_ptr<AlertOutput> output(new AlertOutput(std::move(rules), std::move(origin), std::move(complain)));
  if (send && config.alertmanager) {
    Delivery delivery = config.alertmanager->delivery;
    delivery.url = alertmanager_url(delivery.url);
    Result<std::unique_ptr<Sender>> sender = Sender::start(delivery);
    if (!sender) return tl::unexpected(sender.error());
    output->alertmanager_ = std::move(*sender);
    output->expiry_ns_ = repeats_until_expiry * in_ns(std::max(interval, config.alertmanager->repeat_interval));
  }
  if (send && config.webhook) {
    Result<std::unique_ptr<Sender>> sender = Sender::start(*config.webhook);
    if (!sender) return tl::unexpected(sender.error());
    output->webhook_ = std::move(*sender);
  }
  return output;
}

AlertOutput::AlertOutput(AlertRules rules, AlertOrigin origin, Complain complain)
    : engine_(std::move(rules)), origin_(std::move(origin)), complain_(std::move(complain)) {}

std::vector<std::string> AlertOutput::put(const std::vector<Verdict>& verdicts, std::uint64_t monotonic_ns,
                                          std::uint64_t realtime_ns) {
  const std::vector<Alert> alerts = engine_.observe(verdicts, monotonic_ns, realtime_ns);
  send(alerts, realtime_ns);
  std::vector<std::string> lines;
  for (const Alert& alert : alerts) {
    if (is_line(alert)) lines.push_back(alert_to_json(alert, realtime_ns, monotonic_ns));
  }
  pass_complaints();
  return lines;
}

std::vector<Sender*> AlertOutput::senders() const {
  std::vector<Sender*> senders;
  for (Sender* sender : {alertmanager_.get(), webhook_.get()})
    if (sender != nullptr) senders.push_back(sender);
  return senders;
}

void AlertOutput::pass_complaints() {
  for (Sender* sender : senders()) {
    if (const std::optional<std::string> complaint = sender->take_complaint()) complain_(*complaint);
  }
}

void AlertOutput::send(const std::vector<Alert>& alerts, std::uint64_t realtime_ns) {
  if (alertmanager_ != nullptr) {
    for (std::size_t i = 0; i < alerts.size(); i += most_in_one_post) {
      const std::span part = std::span(alerts).subspan(i, std::min(most_in_one_post, alerts.size() - i));
      alertmanager_->send(alertmanager_body(part, origin_, realtime_ns + expiry_ns_));
    }
  }
  if (webhook_ != nullptr) {
    std::vector<Alert> news = alerts;
    std::erase_if(news, [](const Alert& alert) { return alert.change == AlertChange::repeated; });
    for (std::string& body : webhook_bodies(news, origin_)) webhook_->send(std::move(body));
  }
}

void AlertOutput::add_losses(std::map<std::string, std::uint64_t>& losses) const {
  losses["alerts_overflow"] = engine_.overflow();
  const auto add = [&](const Sender* sender, const std::string& name) {
    if (sender == nullptr) return;
    const Sender::Counts counts = sender->counts();
    losses["alerts_failed_" + name] = counts.failed;
    losses["alerts_dropped_" + name] = counts.dropped;
  };
  add(alertmanager_.get(), "alertmanager");
  add(webhook_.get(), "webhook");
}

void AlertOutput::stop() {
  const Sender::Clock::time_point end = Sender::Clock::now() + patience_at_end;
  const auto dropped = [this] {
    std::uint64_t sum = 0;
    for (const Sender* sender : senders()) sum += sender->counts().dropped;
    return sum;
  };
  const std::uint64_t before = dropped();
  for (Sender* sender : senders()) sender->stop_by(end);
  for (Sender* sender : senders()) sender->join();
  pass_complaints();
  // No sample comes after this that could count them.
  if (const std::uint64_t left = dropped() - before; left != 0)
    complain_("at the end, messages about alerts that were not delivered: " + std::to_string(left));
}

}  // namespace tmpfstrace
