import { exitCodes, noParameters, type Command } from './command.ts';
import { printCarried } from './print-carried.ts';

/** What an operator's Grafana and Prometheus are given. */
export const dashboardsCommand: Command = {
  name: 'dashboards',
  summary: 'Print a dashboard for Grafana, or alert rules for Prometheus',
  parameters: noParameters,
  description:
    'doorward dashboards > doorward.json, and import it in Grafana. Prometheus reads the metrics at /metrics, as job\n' +
    '"doorward".',
  options: { alerts: { type: 'boolean', description: 'Print the alert rules, in YAML' } },
  async run(context) {
    const name = context.flags.isSet('alerts') ? 'alert-rules.yaml' : 'dashboard.json';
    return printCarried(context, `src/telemetry/${name}`) ? exitCodes.done : exitCodes.failed;
  },
};
