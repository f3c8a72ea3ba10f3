"""Lists that leave the desk: each list says which roles may take it."""

from django.views.decorators.http import require_POST, require_safe

from cms.desk import access
from cms.exporting import views

ask = access.desk_view(*access.EVERYBODY)(views.ask)
index = require_safe(access.desk_view(*access.EVERYBODY)(views.index))
job = require_safe(access.desk_view(*access.EVERYBODY)(views.job))
download = require_POST(access.desk_view(*access.EVERYBODY)(views.download))
cancel = require_POST(access.desk_view(*access.EVERYBODY)(views.cancel))
