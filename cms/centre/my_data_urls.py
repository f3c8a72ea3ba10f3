"""Addresses of 我的个人信息, below /my/data/."""

from django.urls import path

from cms.centre import my_data, my_data_change, my_data_close, my_data_proof

urlpatterns = [
    path("", my_data.my_data, name="my_data"),
    path("proof/", my_data_proof.proof, name="data_proof"),
    path("export/", my_data.export, name="data_export"),
    path("export/<uuid:uuid>/", my_data.download, name="data_download"),
    path("correct/", my_data_change.correct, name="data_correct"),
    path("consent/<uuid:uuid>/withdraw/", my_data_change.withdraw, name="data_withdraw"),
    path("requests/<uuid:uuid>/withdraw/", my_data.take_back, name="data_take_back"),
    path("close/", my_data_close.close, name="data_close"),
    path("close/confirm/", my_data_close.confirm, name="data_close_confirm"),
]
