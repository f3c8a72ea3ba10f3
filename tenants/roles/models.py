"""Rights of a person in one schema: the same tables in every tenant, the people in public."""

from django.conf import settings
from django.db import models


class GroupMembership(models.Model):
    """A person's role here. `group__user` of Wagtail reads this table, so it means this schema's rights."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    group = models.ForeignKey("auth.Group", models.CASCADE, related_name="memberships")
    until = models.DateTimeField(null=True, blank=True, help_text="of a support grant; the gate removes it then")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class UserPermission(models.Model):
    """A single permission of a person here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    permission = models.ForeignKey("auth.Permission", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "permission"], name="one_user_permission")]

    def __str__(self) -> str:
        return f"{self.user_id} may {self.permission_id}"
