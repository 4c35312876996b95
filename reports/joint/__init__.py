"""The report over several search protocols: joint ranks, and one runtime profile."""

from reports.joint.joint_report import can_be_joined, write_joint

__all__ = ["can_be_joined", "write_joint"]
