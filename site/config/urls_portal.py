"""The association's portal: the same person's centre, verification for everybody, the console under /admin/."""


from config.urls_common import after, before

urlpatterns = [
    *before,
    *after,
]
