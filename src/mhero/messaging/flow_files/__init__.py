"""RapidPro's export files: what would come in with one, its coming in, and writing one."""

from mhero.messaging.flow_files.exporting import export_flows
from mhero.messaging.flow_files.importing import import_flows
from mhero.messaging.flow_files.plan import Coming, Plan, plan_import

__all__ = ["Coming", "Plan", "export_flows", "import_flows", "plan_import"]
